//! Accounts ready to be used: account, connection and opened grant, kept in memory for a few seconds, so that a
//! warm call touches no SQL and opens no secret.

use std::sync::Arc;
use std::time::Duration;

use headwater_domain::account::{AccountStatus, ConnectedAccount, Owner};
use headwater_domain::connection::Connection;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::grant::Grant;
use headwater_domain::id::AccountId;
use headwater_domain::provider::ProviderKey;
use headwater_domain::secret::Secret;
use headwater_domain::target::AccountBase;
use http::HeaderValue;

use crate::error::ServiceError;
use crate::recent::Recent;

/// How many accounts are kept in memory.
const CACHED_ACCOUNTS: u64 = 100_000;
/// An account that can be called with.
pub(crate) struct LiveAccount {
    pub(crate) account: ConnectedAccount,
    pub(crate) connection: Connection,
    pub(crate) grant: Grant,
    /// The part of the provider's API that the account may reach.
    pub(crate) base: AccountBase,
    /// The site that it calls.
    pub(crate) site: SiteKey,
    /// The grant's `Authorization` value, marked sensitive.
    pub(crate) authorization: HeaderValue,
}

/// A site of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SiteKey {
    pub(crate) provider: ProviderKey,
    pub(crate) cloud_id: String,
}

/// What an account is looked up by.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct LookupKey {
    pub(crate) connection: String,
    pub(crate) owner: Owner,
}

/// Accounts that were used lately. Cheap to clone; clones share them.
#[derive(Clone)]
pub(crate) struct LiveCache(Arc<Caches>);

/// The two memories of a [`LiveCache`].
struct Caches {
    by_id: Recent<AccountId, Arc<LiveAccount>>,
    ids: Recent<LookupKey, AccountId>,
}

impl LiveCache {
    pub(crate) fn new(lifetime: Duration) -> Self {
        let by_id = Recent::new(CACHED_ACCOUNTS, lifetime);
        Self(Arc::new(Caches { by_id, ids: Recent::new(CACHED_ACCOUNTS, lifetime) }))
    }

    /// Accounts by their ids.
    pub(crate) fn by_id(&self) -> &Recent<AccountId, Arc<LiveAccount>> {
        &self.0.by_id
    }

    /// The ids of accounts of which connection and owner are known.
    pub(crate) fn ids(&self) -> &Recent<LookupKey, AccountId> {
        &self.0.ids
    }

    /// Forgets one account, after anything about it changed.
    pub(crate) async fn forget(&self, id: &AccountId) {
        self.0.by_id.forget(id).await;
    }

    /// Forgets everything, after a connection changed.
    pub(crate) fn forget_all(&self) {
        self.0.by_id.forget_all();
        self.0.ids.forget_all();
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
            ErrorCode::Internal,
            "the provider's access token holds characters that no header can carry",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
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
    ServiceError::new(ErrorKind::FailedPrecondition, ErrorCode::AccountNotActive, message)
}

/// An account id that leads nowhere.
pub(crate) fn no_account(id: &str) -> ServiceError {
    ServiceError::not_found(format!("there is no connected account `{id}`"))
}
