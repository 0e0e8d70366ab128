//! The deployment that the store belongs to, in memory.

use async_trait::async_trait;
use headwater_domain::deployment::Deployment;
use headwater_domain::time::Timestamp;

use super::MemoryTx;
use crate::store::{Deployments, StoreError};

#[async_trait]
impl Deployments for MemoryTx {
    async fn deployment(&mut self) -> Result<Option<Deployment>, StoreError> {
        Ok(self.state.deployment.clone())
    }

    async fn insert_deployment(&mut self, deployment: &Deployment) -> Result<bool, StoreError> {
        let stored = &mut self.change()?.deployment;
        let new = stored.is_none();
        stored.get_or_insert_with(|| deployment.clone());
        Ok(new)
    }

    async fn update_deployment(&mut self, deployment: &Deployment) -> Result<bool, StoreError> {
        let stored = self.change()?.deployment.as_mut().filter(|it| it.id == deployment.id);
        let found = stored.is_some();
        if let Some(stored) = stored {
            let seen_at = stored.seen_at.max(deployment.seen_at);
            *stored = Deployment { seen_at, ..deployment.clone() };
        }
        Ok(found)
    }

    async fn see_deployment(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if let Some(stored) = &mut self.change()?.deployment {
            stored.seen_at = stored.seen_at.max(now);
        }
        Ok(())
    }

    async fn any_grant(&mut self) -> Result<bool, StoreError> {
        Ok(!self.state.grants.is_empty())
    }
}
