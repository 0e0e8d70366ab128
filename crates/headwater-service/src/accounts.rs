//! Connected accounts: creating, finding, changing and removing them.

mod change;
mod create;
mod find;
mod list;
mod locator;
mod shared_user;

use std::ops::Deref;
use std::sync::Arc;

use headwater_domain::account::ConnectedAccount;
use headwater_domain::connection::Connection;
use headwater_domain::grant::Grant;
use headwater_domain::id::AccountId;
use headwater_domain::secret::Secret;
use headwater_ports::store::Tx;
use serde_json::{Map, Value};

pub(crate) use change::Consent;
pub use headwater_ports::store::AccountFilter;
pub use list::ListAccounts;
pub use locator::AccountLocator;

use crate::audit::Audit;
use crate::core::Core;
use crate::error::ServiceError;
use crate::events::Events;
use crate::grants::Grants;
use crate::live::{LiveCache, no_account};

/// The connected accounts. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Accounts(Arc<AccountParts>);

/// The parts that [`Accounts`] is made of.
pub struct AccountParts {
    pub(crate) core: Core,
    pub(crate) audit: Audit,
    pub(crate) events: Events,
    pub(crate) grants: Grants,
    pub(crate) live: LiveCache,
}

/// A connected account with the connection it belongs to.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The account.
    pub account: ConnectedAccount,
    /// Its connection.
    pub connection: Connection,
}

/// A connected account with its tokens in the clear, for the one call that hands them out.
pub struct AccountCredentials {
    /// The account.
    pub view: AccountView,
    /// Its grant; absent while there is none.
    pub grant: Option<Grant>,
}

/// Tokens that a caller brings along.
pub struct SuppliedTokens {
    /// The access token.
    pub access_token: Secret,
    /// The refresh token.
    pub refresh_token: Option<Secret>,
    /// What was granted.
    pub scopes: Vec<String>,
}

/// What a caller sets on an account. Absent parts stay as they are.
#[derive(Default)]
pub struct AccountChange {
    /// New tokens; they make the account active.
    pub tokens: Option<SuppliedTokens>,
    /// Settings to merge into the present ones.
    pub api_config: Option<Map<String, Value>>,
}

impl Deref for Accounts {
    type Target = AccountParts;

    fn deref(&self) -> &AccountParts {
        &self.0
    }
}

impl Accounts {
    pub(crate) fn new(parts: AccountParts) -> Self {
        Self(Arc::new(parts))
    }
}

/// Reads an account with its connection.
///
/// # Errors
/// `NotFound` where there is none.
pub(crate) async fn view_of(tx: &mut dyn Tx, id: &AccountId) -> Result<AccountView, ServiceError> {
    let account = tx.account(id).await?.ok_or_else(|| no_account(id.as_str()))?;
    let connection = tx.connection(&account.connection_id).await?.ok_or_else(|| no_account(id.as_str()))?;
    Ok(AccountView { account, connection })
}
