//! Storage of connections.

use async_trait::async_trait;
use headwater_domain::connection::Connection;
use headwater_domain::id::ConnectionId;
use headwater_domain::name::ConnectionName;
use headwater_domain::page::{Listing, Page};

use super::StoreError;

/// Which connections a list is about. Absent fields do not narrow it.
#[derive(Clone, Debug, Default)]
pub struct ConnectionFilter {
    /// Provider key in upper case.
    pub provider: Option<String>,
    /// Part of the name, without regard to ASCII case.
    pub query: Option<String>,
}

/// Connections in storage.
#[async_trait]
pub trait Connections {
    /// Adds a connection. `false` when its name is taken.
    async fn insert_connection(&mut self, connection: &Connection) -> Result<bool, StoreError>;

    /// The connection with this id.
    async fn connection(&mut self, id: &ConnectionId) -> Result<Option<Connection>, StoreError>;

    /// The connection with this name, compared byte for byte.
    async fn connection_named(&mut self, name: &ConnectionName) -> Result<Option<Connection>, StoreError>;

    /// Replaces a connection that still has `connection.version - 1`. `false` when it has not or is gone, or
    /// when the new name is taken.
    async fn update_connection(&mut self, connection: &Connection) -> Result<bool, StoreError>;

    /// Removes a connection together with its accounts, their grants and flows. `false` when there is none.
    async fn delete_connection(&mut self, id: &ConnectionId) -> Result<bool, StoreError>;

    /// One page of connections, by name.
    async fn list_connections(
        &mut self,
        filter: &ConnectionFilter,
        page: Page,
    ) -> Result<Listing<Connection>, StoreError>;
}
