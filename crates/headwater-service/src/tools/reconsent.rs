//! The way back to a grant that is enough: a link for the end user that comes with the error of a call, so that an
//! agent can show it at once.
//!
//! A link in an error passes through a model, and whatever a model reads may be carried elsewhere. So it is offered
//! only where nobody but the account's own user of the provider can complete it: the account has one, and the new
//! grant will tell who consented (see `connect::complete`).

use std::time::Duration;

use headwater_domain::account::{AccountStatus, ConnectedAccount};
use headwater_domain::connection::Connection;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::AccountId;
use moka::future::Cache;

use super::Tools;
use crate::accounts::AccountLocator;
use crate::connect::LinkRequest;
use crate::error::{Help, ServiceError};

/// How long calls that fail for the same reason are given the same link; an agent that tries again and again must not
/// fill the store with them. Short, because a link that was used up is of no more use.
const REUSED_FOR: Duration = Duration::from_secs(60);
/// How many links are remembered.
const REMEMBERED: u64 = 10_000;

/// The links that were offered lately, by account and its version: they end with the first change of the account.
pub(crate) struct OfferedLinks(Cache<(AccountId, u64), String>);

impl Default for OfferedLinks {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(REMEMBERED).time_to_live(REUSED_FOR).build())
    }
}

impl Tools {
    /// Adds a link to the error of a call that a new consent would help. Without one, the error stays as it is.
    pub(super) async fn with_way_out(&self, error: ServiceError, id: &AccountId) -> ServiceError {
        let missing = error.tool().map(|tool| tool.missing_scopes.clone()).unwrap_or_default();
        if missing.is_empty() && error.code() != ErrorCode::AccountNotActive {
            return error;
        }
        match self.way_out(id, &missing).await {
            Some(url) => error.with_help(Help {
                description: "The end user opens this link, which works once and for some minutes".to_owned(),
                url,
            }),
            None => error,
        }
    }

    async fn way_out(&self, id: &AccountId, missing: &[String]) -> Option<String> {
        let mut tx = self.core.store().read().await.ok()?;
        let account = tx.account(id).await.ok()??;
        let connection = tx.connection(&account.connection_id).await.ok()??;
        drop(tx);
        let asked = missing.iter().all(|scope| connection.scopes.contains(scope));
        if !asked || !self.only_its_own_user(&account, &connection) {
            return None;
        }
        let link = async {
            let account = AccountLocator { id: Some(id.to_string()), ..AccountLocator::default() };
            let request = LinkRequest { account, ..LinkRequest::default() };
            self.connect.link(request).await.map(|link| link.url)
        };
        // Where the operator demands that the application confirms its end users, no link can be made here.
        self.offered_links.0.try_get_with((id.clone(), account.version), link).await.ok()
    }

    /// Whether a flow for this account fails when another user of the provider completes it.
    fn only_its_own_user(&self, account: &ConnectedAccount, connection: &Connection) -> bool {
        let connected = matches!(account.status, AccountStatus::Active | AccountStatus::Expired);
        let told = self
            .connectors
            .of(&connection.provider)
            .is_ok_and(|it| connection.scopes.iter().any(|scope| scope == it.identity_scope()));
        connected && told && account.provider_account_id.is_some()
    }
}

#[cfg(test)]
mod tests;
