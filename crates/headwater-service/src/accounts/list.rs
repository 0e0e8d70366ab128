//! Listing and searching accounts.

use std::collections::HashMap;

use headwater_domain::id::ConnectionId;
use headwater_domain::page::{Listing, Page};
use headwater_ports::store::{AccountFilter, ConnectionFilter, Tx};

use super::AccountView;
use super::Accounts;
use crate::error::ServiceError;

/// More connections than one deployment has.
const ALL: Page = Page { offset: 0, limit: 10_000 };

/// Which accounts are wanted. Absent or empty fields do not narrow the list.
#[derive(Clone, Debug, Default)]
pub struct ListAccounts {
    /// Names of connections; unknown names match nothing.
    pub connection_names: Vec<String>,
    /// Id of one connection.
    pub connection_id: Option<String>,
    /// Provider key, in any case.
    pub provider: Option<String>,
    /// The rest of the filter.
    pub filter: AccountFilter,
}

impl Accounts {
    /// One page of accounts, oldest first.
    ///
    /// # Errors
    /// `Internal` where the store cannot be read.
    pub async fn list(&self, wanted: ListAccounts, page: Page) -> Result<Listing<AccountView>, ServiceError> {
        let mut tx = self.core.store().read().await?;
        let connections = tx.list_connections(&ConnectionFilter::default(), ALL).await?.items;
        let narrowed = !wanted.connection_names.is_empty()
            || wanted.provider.is_some()
            || wanted.connection_id.is_some();
        let fits = |connection: &&headwater_domain::connection::Connection| {
            let name = connection.name.as_str();
            (wanted.connection_names.is_empty() || wanted.connection_names.iter().any(|it| it == name))
                && wanted
                    .provider
                    .as_ref()
                    .is_none_or(|it| it.eq_ignore_ascii_case(connection.provider.as_str()))
                && wanted.connection_id.as_ref().is_none_or(|it| it == connection.id.as_str())
        };
        let ids = connections.iter().filter(fits).map(|connection| connection.id.clone()).collect();
        let filter = AccountFilter { connections: narrowed.then_some(ids), ..wanted.filter };
        let by_id = connections.into_iter().map(|connection| (connection.id.clone(), connection)).collect();
        views(&mut *tx, &filter, page, &by_id).await
    }
}

async fn views(
    tx: &mut dyn Tx,
    filter: &AccountFilter,
    page: Page,
    connections: &HashMap<ConnectionId, headwater_domain::connection::Connection>,
) -> Result<Listing<AccountView>, ServiceError> {
    let listing = tx.list_accounts(filter, page).await?;
    let view = |account: headwater_domain::account::ConnectedAccount| {
        let connection = connections.get(&account.connection_id)?.clone();
        Some(AccountView { account, connection })
    };
    Ok(Listing { items: listing.items.into_iter().filter_map(view).collect(), total: listing.total })
}
