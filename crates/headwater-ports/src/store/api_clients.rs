//! Storage of API clients.

use async_trait::async_trait;
use headwater_domain::api_client::ApiClient;
use headwater_domain::id::ClientId;

use super::StoreError;

/// API clients in storage.
#[async_trait]
pub trait ApiClients {
    /// Adds a client, or replaces the one with its id.
    async fn put_api_client(&mut self, client: &ApiClient) -> Result<(), StoreError>;

    /// The client with this id.
    async fn api_client(&mut self, id: &ClientId) -> Result<Option<ApiClient>, StoreError>;

    /// All clients, oldest first.
    async fn list_api_clients(&mut self) -> Result<Vec<ApiClient>, StoreError>;

    /// Removes a client. `false` when there is none.
    async fn delete_api_client(&mut self, id: &ClientId) -> Result<bool, StoreError>;
}
