//! Connections in memory.

use async_trait::async_trait;
use headwater_domain::connection::Connection;
use headwater_domain::id::ConnectionId;
use headwater_domain::name::ConnectionName;
use headwater_domain::page::{Listing, Page};

use super::MemoryTx;
use crate::store::{ConnectionFilter, Connections, StoreError};

/// Whether a filter lets a text through; the empty filter does.
pub(super) fn is(filter: Option<&String>, text: Option<&str>) -> bool {
    filter.is_none_or(|wanted| wanted.is_empty() || Some(wanted.as_str()) == text)
}

/// Whether a text holds what is looked for, without regard to ASCII case.
pub(super) fn contains(text: &str, wanted: &str) -> bool {
    text.to_ascii_lowercase().contains(&wanted.to_ascii_lowercase())
}

#[async_trait]
impl Connections for MemoryTx {
    async fn insert_connection(&mut self, connection: &Connection) -> Result<bool, StoreError> {
        let connections = &mut self.change()?.connections;
        i64::try_from(connection.version).map_err(|_| super::refused("add a connection"))?;
        if connections.values().any(|it| it.name == connection.name) {
            return Ok(false);
        }
        connections.insert(connection.id.clone(), connection.clone());
        Ok(true)
    }

    async fn connection(&mut self, id: &ConnectionId) -> Result<Option<Connection>, StoreError> {
        Ok(self.state.connections.get(id).cloned())
    }

    async fn connection_named(&mut self, name: &ConnectionName) -> Result<Option<Connection>, StoreError> {
        Ok(self.state.connections.values().find(|it| it.name == *name).cloned())
    }

    async fn update_connection(&mut self, connection: &Connection) -> Result<bool, StoreError> {
        let connections = &mut self.change()?.connections;
        let taken = connections.values().any(|it| it.name == connection.name && it.id != connection.id);
        match connections.get_mut(&connection.id) {
            Some(stored) if !taken && stored.version + 1 == connection.version => {
                *stored = connection.clone();
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn delete_connection(&mut self, id: &ConnectionId) -> Result<bool, StoreError> {
        let state = self.change()?;
        if state.connections.remove(id).is_none() {
            return Ok(false);
        }
        state.accounts.retain(|_, account| account.connection_id != *id);
        let accounts = &state.accounts;
        state.grants.retain(|account, _| accounts.contains_key(account));
        state.flows.retain(|_, (flow, _)| accounts.contains_key(&flow.account_id));
        Ok(true)
    }

    async fn list_connections(
        &mut self,
        filter: &ConnectionFilter,
        page: Page,
    ) -> Result<Listing<Connection>, StoreError> {
        let passes = |it: &&Connection| {
            is(filter.provider.as_ref(), Some(it.provider.as_str()))
                && filter.query.as_ref().is_none_or(|text| contains(it.name.as_str(), text))
        };
        let mut found: Vec<_> = self.state.connections.values().filter(passes).cloned().collect();
        found.sort_by(|one, other| one.name.as_str().cmp(other.name.as_str()));
        Ok(page.of(found))
    }
}
