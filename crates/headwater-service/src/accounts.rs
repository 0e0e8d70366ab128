//! Connected accounts: creating, finding, changing and removing them.

mod change;
mod create;
mod find;
mod list;
mod locator;
mod shared_user;

use headwater_domain::account::ConnectedAccount;
use headwater_domain::connection::Connection;
use headwater_domain::grant::Grant;
use headwater_domain::secret::Secret;
use serde_json::{Map, Value};

pub(crate) use change::Consent;
pub use headwater_ports::store::AccountFilter;
pub use list::ListAccounts;
pub use locator::AccountLocator;

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
