//! Reading an account with its grant, from memory or from the store.

use std::sync::Arc;

use headwater_domain::account::{AccountStatus, ConnectedAccount};
use headwater_domain::connection::Connection;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::grant::Grant;
use headwater_domain::id::AccountId;

use super::Grants;
use crate::error::ServiceError;
use crate::live::{LiveAccount, SiteKey, bearer, no_account, not_active};

/// How often the site of an account is looked up before it counts as changing all the time. Once is enough but for
/// changes at the same moment.
const SITE_LOOKUPS: usize = 3;

impl Grants {
    /// An account from memory, from the store, or, while that is away, as it was minutes ago.
    pub(crate) async fn live_account(&self, id: &AccountId) -> Result<Arc<LiveAccount>, ServiceError> {
        let known = self.live.by_id();
        if let Some(live) = known.fresh(id, self.core.clock().elapsed()).await {
            return Ok(live);
        }
        match self.load_live(id).await {
            Ok(live) => {
                self.remember_live(&live).await;
                Ok(live)
            }
            Err(error) if error.store_is_away() => known.old(id).await.ok_or(error),
            Err(error) => {
                known.forget(id).await;
                Err(error)
            }
        }
    }

    /// Keeps an account as it was just read or written.
    pub(crate) async fn remember_live(&self, live: &Arc<LiveAccount>) {
        let now = self.core.clock().elapsed();
        self.live.by_id().keep(live.account.id.clone(), Arc::clone(live), now).await;
    }

    /// Reads an account with its connection and grant from the store, and opens the grant. A site that is not known
    /// is looked up at the provider; everything is read anew then, because it may have changed meanwhile.
    pub(crate) async fn load_live(&self, id: &AccountId) -> Result<Arc<LiveAccount>, ServiceError> {
        for _ in 0..SITE_LOOKUPS {
            let (account, connection, grant) = self.read_usable(id).await?;
            if account.site.is_some() {
                return Ok(Arc::new(self.assemble(account, connection, grant)?));
            }
            self.sites.find(account, &connection, &grant).await?;
        }
        let message = format!("connected account `{id}` keeps being changed at the same time; call again");
        Err(ServiceError::new(ErrorKind::Conflict, ErrorCode::Conflict, message))
    }

    async fn read_usable(
        &self,
        id: &AccountId,
    ) -> Result<(ConnectedAccount, Connection, Grant), ServiceError> {
        let mut tx = self.core.store().read().await?;
        let account = tx.account(id).await?.ok_or_else(|| no_account(id.as_str()))?;
        let connection =
            tx.connection(&account.connection_id).await?.ok_or_else(|| no_account(id.as_str()))?;
        let sealed = tx.grant(id).await?;
        drop(tx);
        ensure_usable(&account, &connection)?;
        let sealed = sealed.ok_or_else(|| not_active(&account, &connection))?;
        Ok((account, connection, self.open(sealed)?))
    }

    /// Puts an account and its opened grant together.
    pub(crate) fn assemble(
        &self,
        account: ConnectedAccount,
        connection: Connection,
        grant: Grant,
    ) -> Result<LiveAccount, ServiceError> {
        let Some(site) = &account.site else { return Err(not_active(&account, &connection)) };
        let base = self.connectors.of(&connection.provider)?.account_base(&connection.endpoints, site);
        let site = SiteKey { provider: connection.provider.clone(), cloud_id: site.cloud_id.clone() };
        let authorization = bearer(&grant.access_token)?;
        Ok(LiveAccount { account, connection, grant, base, site, authorization })
    }
}

/// Refuses accounts that cannot be called with, and says what to do about it.
fn ensure_usable(account: &ConnectedAccount, connection: &Connection) -> Result<(), ServiceError> {
    if !connection.enabled {
        let message =
            format!("connection `{}` is disabled; enable it before using its accounts", connection.name);
        return Err(ServiceError::new(ErrorKind::FailedPrecondition, ErrorCode::ConnectionDisabled, message));
    }
    if account.status == AccountStatus::Active { Ok(()) } else { Err(not_active(account, connection)) }
}
