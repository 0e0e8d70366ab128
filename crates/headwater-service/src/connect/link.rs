//! Making authorization links.

use headwater_domain::account::ConnectedAccount;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::event::EventKind;
use headwater_domain::flow::{ConnectFlow, Stage};
use headwater_domain::id::FlowId;
use headwater_ports::store::Tx;

use super::AuthorizationLink;
use super::Connect;
use crate::accounts::{AccountLocator, AccountView};
use crate::audit::Act;
use crate::bounds;
use crate::connections::not_configured;
use crate::error::ServiceError;

/// What a link is asked for with.
#[derive(Clone, Debug, Default)]
pub struct LinkRequest {
    /// Whose account to authorize; created where it does not exist.
    pub account: AccountLocator,
    /// The caller's own state.
    pub state: Option<String>,
    /// Where the application confirms its end user.
    pub user_verify_url: Option<String>,
}

impl Connect {
    /// Makes an authorization link for one end user on one connection. It works once, for a limited time.
    ///
    /// # Errors
    /// `InvalidArgument` for a locator, state or `user_verify_url` that is not allowed, `NotFound` without the connection,
    /// `FailedPrecondition` for one that is disabled or not configured, `ResourceExhausted` where as many links as the operator
    /// allows wait for this account.
    pub async fn link(&self, request: LinkRequest) -> Result<AuthorizationLink, ServiceError> {
        self.audit
            .audited(
                Act::new("account.link"),
                self,
                |connect| async move { connect.make_link(request).await },
            )
            .await
    }

    async fn make_link(&self, request: LinkRequest) -> Result<AuthorizationLink, ServiceError> {
        bounds::text("state", request.state.as_deref().unwrap_or_default(), bounds::STATE)?;
        let user_verify_url = self.verify_url(request.user_verify_url.as_deref())?;
        let mut tx = self.core.store().write().await?;
        let AccountView { account, connection } = self.accounts.ensure(&mut *tx, &request.account).await?;
        if !connection.enabled {
            let message = format!("connection `{}` is disabled; enable it first", connection.name);
            return Err(ServiceError::new(
                ErrorKind::FailedPrecondition,
                ErrorCode::ConnectionDisabled,
                message,
            ));
        }
        if !connection.configured() {
            return Err(not_configured(&connection.name));
        }
        self.ensure_room(&mut *tx, &account).await?;
        let now = self.core.now();
        let token = self.core.random_token();
        let flow = ConnectFlow {
            id: FlowId::generate(now, self.core.distinct()),
            account_id: account.id.clone(),
            connection_id: connection.id.clone(),
            link_digest: self.core.sealer().sha256(token.as_bytes()),
            caller_state: request.state.filter(|state| !state.is_empty()),
            user_verify_url,
            stage: Stage::Issued,
            created_at: now,
            expires_at: now.plus(self.core.settings().link_lifetime),
            version: 1,
        };
        tx.insert_flow(&flow).await?;
        self.events.record(&mut *tx, &account, &connection, &[EventKind::LinkGenerated], None).await?;
        self.audit.commit(tx).await?;
        Ok(AuthorizationLink {
            url: self.core.settings().url(&format!("/oauth/connect?token={token}")),
            expires_at: flow.expires_at,
        })
    }

    /// Refuses one more authorization link for an account for which many wait to be used.
    async fn ensure_room(&self, tx: &mut dyn Tx, account: &ConnectedAccount) -> Result<(), ServiceError> {
        let count = tx.count_unused_links(&account.id, self.core.now()).await?;
        let most = self.core.settings().quotas.links_per_account;
        let what = "unused authorization links for this connected account";
        bounds::ensure_room(count, most, what, "quota.links_per_account")
    }
}
