//! What an act comes upon; it travels with the task.

use std::future::Future;
use std::sync::Arc;

use headwater_domain::id::{AccountId, ConnectionId, ExecutionId};
use http::HeaderMap;

use super::record::Record;
use crate::caller::{Caller, as_caller};

tokio::task_local! {
    static RECORD: Arc<Record>;
}

/// Names of headers in which providers name a request, the better ones first.
const REQUEST_IDS: [&str; 3] = ["atl-traceid", "x-arequestid", "x-request-id"];
/// The longest name of a request.
const MAX_REQUEST_ID: usize = 100;

/// What an act came upon.
#[derive(Clone, Default)]
pub(super) struct Trail {
    pub(super) account_id: Option<AccountId>,
    pub(super) connection_id: Option<ConnectionId>,
    pub(super) execution_id: Option<String>,
    /// What was made.
    pub(super) made: Option<String>,
    pub(super) provider_status: Option<u16>,
    pub(super) provider_request_id: Option<String>,
}

/// Runs `work` as `caller`, and notes on `record` what it comes upon.
pub(super) async fn follow<F: Future>(caller: Caller, record: Arc<Record>, work: F) -> F::Output {
    as_caller(caller, RECORD.scope(record, work)).await
}

/// The record of the act that this task is part of; `None` outside of any, as in a refresh that goes on by itself.
pub(super) fn record() -> Option<Arc<Record>> {
    RECORD.try_with(Arc::clone).ok()
}

fn note(change: impl FnOnce(&mut Trail)) {
    if let Some(record) = record() {
        record.note(change);
    }
}

/// The act is about this account.
pub(crate) fn touched(account: &AccountId, connection: &ConnectionId) {
    note(|trail| {
        trail.account_id = Some(account.clone());
        trail.connection_id = Some(connection.clone());
    });
}

/// The act has made the thing with this id.
pub(crate) fn made(id: &str) {
    note(|trail| trail.made = Some(id.to_owned()));
}

/// The act is this run of a tool.
pub(crate) fn executing(execution: &ExecutionId) {
    note(|trail| trail.execution_id = Some(execution.to_string()));
}

/// The provider answered; the last answer counts.
pub(crate) fn answered(status: u16, headers: &HeaderMap) {
    let id = REQUEST_IDS.iter().find_map(|name| headers.get(*name)?.to_str().ok());
    note(|trail| {
        trail.provider_status = Some(status);
        trail.provider_request_id = id.map(|id| id.chars().take(MAX_REQUEST_ID).collect());
    });
}
