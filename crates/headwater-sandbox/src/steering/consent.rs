//! The outcome of automatic consents: chosen.

use axum::Json;
use axum::extract::State as Extract;
use http::StatusCode;
use serde::Deserialize;

use super::{Problem, failed};
use crate::control::ConsentChoice;
use crate::rules::{ConsentOutcome, ConsentSites};
use crate::state::State;
use crate::storage::users;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsentRequest {
    outcome: ConsentOutcome,
    sites: ConsentSites,
    account_id: Option<String>,
}

pub(super) async fn choose(
    Extract(state): Extract<State>,
    Json(request): Json<ConsentRequest>,
) -> Result<StatusCode, Problem> {
    if let Some(account_id) = &request.account_id {
        let mut tx = state.storage.begin().await.map_err(failed)?;
        if users::find(&mut tx, account_id).await.map_err(failed)?.is_none() {
            return Err((StatusCode::BAD_REQUEST, format!("no user has the account id `{account_id}`")));
        }
    }
    let ConsentRequest { outcome, sites, account_id } = request;
    state.control.choose_consent(ConsentChoice { outcome, sites, account_id });
    Ok(StatusCode::NO_CONTENT)
}
