//! API clients and the deployment's own keys, in memory.

use async_trait::async_trait;
use headwater_domain::api_client::ApiClient;
use headwater_domain::id::{ClientId, SigningKeyId};
use headwater_domain::sealed::Sealed;

use super::{MemoryTx, refused};
use crate::store::{ApiClients, KeyMaterial, StoreError, StoredSigningKey};

#[async_trait]
impl ApiClients for MemoryTx {
    async fn put_api_client(&mut self, client: &ApiClient) -> Result<(), StoreError> {
        self.change()?.api_clients.insert(client.id.clone(), client.clone());
        Ok(())
    }

    async fn api_client(&mut self, id: &ClientId) -> Result<Option<ApiClient>, StoreError> {
        Ok(self.state.api_clients.get(id).cloned())
    }

    async fn list_api_clients(&mut self) -> Result<Vec<ApiClient>, StoreError> {
        let mut all: Vec<_> = self.state.api_clients.values().cloned().collect();
        all.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        Ok(all)
    }

    async fn delete_api_client(&mut self, id: &ClientId) -> Result<bool, StoreError> {
        Ok(self.change()?.api_clients.remove(id).is_some())
    }
}

#[async_trait]
impl KeyMaterial for MemoryTx {
    async fn signing_keys(&mut self) -> Result<Vec<StoredSigningKey>, StoreError> {
        let mut all: Vec<_> = self.state.signing_keys.values().cloned().collect();
        all.sort_by(|one, other| (other.created_at, &other.id).cmp(&(one.created_at, &one.id)));
        Ok(all)
    }

    async fn insert_signing_key(&mut self, key: &StoredSigningKey) -> Result<(), StoreError> {
        let keys = &mut self.change()?.signing_keys;
        if keys.contains_key(&key.id) {
            return Err(refused("add a signing key twice"));
        }
        keys.insert(key.id.clone(), key.clone());
        Ok(())
    }

    async fn delete_signing_key(&mut self, id: &SigningKeyId) -> Result<bool, StoreError> {
        Ok(self.change()?.signing_keys.remove(id).is_some())
    }

    async fn key_check(&mut self) -> Result<Option<Sealed>, StoreError> {
        Ok(self.state.key_check.clone())
    }

    async fn put_key_check(&mut self, sealed: &Sealed) -> Result<(), StoreError> {
        self.change()?.key_check = Some(sealed.clone());
        Ok(())
    }
}
