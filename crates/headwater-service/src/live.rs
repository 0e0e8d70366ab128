//! Accounts ready to be used: account, connection and opened grant, kept in memory for a few seconds, so that a
//! warm call touches no SQL and opens no secret.

use std::sync::Arc;
use std::time::Duration;

use headwater_domain::account::{AccountStatus, ConnectedAccount, Owner};
use headwater_domain::connection::Connection;
use headwater_domain::error::ErrorKind;
use headwater_domain::grant::Grant;
use headwater_domain::id::AccountId;
use headwater_domain::secret::Secret;
use headwater_domain::target::AccountBase;
use http::HeaderValue;

use crate::Service;
use crate::error::ServiceError;
use crate::governor::SiteKey;
use crate::recent::Recent;

/// How many accounts are kept in memory.
const CACHED_ACCOUNTS: u64 = 100_000;

/// How often the site of an account is looked up before it counts as changing all the time. Once is enough but for
/// changes at the same moment.
const SITE_LOOKUPS: usize = 3;

/// An account that can be called with.
pub(crate) struct LiveAccount {
    pub(crate) account: ConnectedAccount,
    pub(crate) connection: Connection,
    pub(crate) grant: Grant,
    /// The part of the provider's API that the account may reach.
    pub(crate) base: AccountBase,
    /// The grant's `Authorization` value, marked sensitive.
    pub(crate) authorization: HeaderValue,
}

impl LiveAccount {
    /// The site that it calls, for the governor.
    pub(crate) fn site_key(&self) -> Option<SiteKey> {
        let site = self.account.site.as_ref()?;
        Some(SiteKey { provider: self.connection.provider.clone(), cloud_id: site.cloud_id.clone() })
    }
}

/// What an account is looked up by.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct LookupKey {
    pub(crate) connection: String,
    pub(crate) owner: Owner,
}

/// Accounts that were used lately.
pub(crate) struct LiveCache {
    by_id: Recent<AccountId, Arc<LiveAccount>>,
    ids: Recent<LookupKey, AccountId>,
}

impl LiveCache {
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self { by_id: Recent::new(CACHED_ACCOUNTS, lifetime), ids: Recent::new(CACHED_ACCOUNTS, lifetime) }
    }

    /// Forgets one account, after anything about it changed.
    pub(crate) async fn forget(&self, id: &AccountId) {
        self.by_id.forget(id).await;
    }

    /// Forgets everything, after a connection changed.
    pub(crate) fn forget_all(&self) {
        self.by_id.forget_all();
        self.ids.forget_all();
    }
}

impl Service {
    /// An account from memory, from the store, or, while that is away, as it was minutes ago.
    pub(crate) async fn live_account(&self, id: &AccountId) -> Result<Arc<LiveAccount>, ServiceError> {
        let known = &self.live().by_id;
        if let Some(live) = known.fresh(id, self.clock().elapsed()).await {
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
        let now = self.clock().elapsed();
        self.live().by_id.keep(live.account.id.clone(), Arc::clone(live), now).await;
    }

    /// The id of an account of which connection and owner are known; `look` asks the store.
    pub(crate) async fn live_id<Looking>(
        &self,
        key: LookupKey,
        look: Looking,
    ) -> Result<AccountId, ServiceError>
    where
        Looking: Future<Output = Result<AccountId, ServiceError>>,
    {
        let known = &self.live().ids;
        if let Some(id) = known.fresh(&key, self.clock().elapsed()).await {
            return Ok(id);
        }
        match look.await {
            Ok(id) => {
                known.keep(key, id.clone(), self.clock().elapsed()).await;
                Ok(id)
            }
            Err(error) if error.store_is_away() => known.old(&key).await.ok_or(error),
            Err(error) => Err(error),
        }
    }

    /// Reads an account with its connection and grant from the store, and opens the grant. A site that is not known
    /// is looked up at the provider; everything is read anew then, because it may have changed meanwhile.
    pub(crate) async fn load_live(&self, id: &AccountId) -> Result<Arc<LiveAccount>, ServiceError> {
        for _ in 0..SITE_LOOKUPS {
            let (account, connection, grant) = self.read_usable(id).await?;
            if account.site.is_some() {
                return Ok(Arc::new(self.assemble(account, connection, grant)?));
            }
            self.find_site(account, &connection, &grant).await?;
        }
        let message = format!("connected account `{id}` keeps being changed at the same time; call again");
        Err(ServiceError::new(ErrorKind::Conflict, "CONFLICT", message))
    }

    async fn read_usable(
        &self,
        id: &AccountId,
    ) -> Result<(ConnectedAccount, Connection, Grant), ServiceError> {
        let mut tx = self.store().read().await?;
        let account = tx.account(id).await?.ok_or_else(|| no_account(id.as_str()))?;
        let connection =
            tx.connection(&account.connection_id).await?.ok_or_else(|| no_account(id.as_str()))?;
        let sealed = tx.grant(id).await?;
        drop(tx);
        ensure_usable(&account, &connection)?;
        let sealed = sealed.ok_or_else(|| not_active(&account, &connection))?;
        Ok((account, connection, self.open_grant(sealed)?))
    }

    /// Puts an account and its opened grant together.
    pub(crate) fn assemble(
        &self,
        account: ConnectedAccount,
        connection: Connection,
        grant: Grant,
    ) -> Result<LiveAccount, ServiceError> {
        let Some(site) = &account.site else { return Err(not_active(&account, &connection)) };
        let base = self.connector(&connection.provider)?.account_base(&connection.endpoints, site);
        let authorization = bearer(&grant.access_token)?;
        Ok(LiveAccount { account, connection, grant, base, authorization })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the access token is put into the Authorization header of provider calls"
)]
pub(crate) fn bearer(access_token: &Secret) -> Result<HeaderValue, ServiceError> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", access_token.expose())).map_err(|_| {
        ServiceError::new(
            ErrorKind::Internal,
            "INTERNAL",
            "the provider's access token holds characters that no header can carry",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Refuses accounts that cannot be called with, and says what to do about it.
fn ensure_usable(account: &ConnectedAccount, connection: &Connection) -> Result<(), ServiceError> {
    if !connection.enabled {
        let message =
            format!("connection `{}` is disabled; enable it before using its accounts", connection.name);
        return Err(ServiceError::new(ErrorKind::FailedPrecondition, "CONNECTION_DISABLED", message));
    }
    if account.status == AccountStatus::Active { Ok(()) } else { Err(not_active(account, connection)) }
}

/// An account that waits for its end user.
pub(crate) fn not_active(account: &ConnectedAccount, connection: &Connection) -> ServiceError {
    let what = match account.status {
        AccountStatus::PendingVerification => "waits for your application to confirm its end user",
        AccountStatus::Expired => "has expired: the provider no longer accepts its grant",
        AccountStatus::Disconnected => "is disconnected",
        AccountStatus::PendingAuth | AccountStatus::Active => "is not authorized yet",
    };
    let message = format!(
        "the connected account of `{}` on connection `{}` {what} (status {}); get an authorization link and let the end user open it",
        account.owner.identifier,
        connection.name,
        account.status.as_str()
    );
    ServiceError::new(ErrorKind::FailedPrecondition, "ACCOUNT_NOT_ACTIVE", message)
}

/// An account id that leads nowhere.
pub(crate) fn no_account(id: &str) -> ServiceError {
    ServiceError::not_found(format!("there is no connected account `{id}`"))
}
