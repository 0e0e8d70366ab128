//! Storage of the deployment that the database belongs to.

use async_trait::async_trait;
use headwater_domain::deployment::Deployment;
use headwater_domain::time::Timestamp;

use super::StoreError;

/// The deployment in storage.
#[async_trait]
pub trait Deployments {
    /// What the database knows; nothing when no server has taken it up yet.
    async fn deployment(&mut self) -> Result<Option<Deployment>, StoreError>;

    /// Stores what nobody has stored yet. `false` when somebody was faster: then nothing changed.
    async fn insert_deployment(&mut self, deployment: &Deployment) -> Result<bool, StoreError>;

    /// Changes all but the id; the moment at which it was seen never goes back. `false` when there is none with this
    /// id.
    async fn update_deployment(&mut self, deployment: &Deployment) -> Result<bool, StoreError>;

    /// Notes that a server has the database now, unless a later moment is noted.
    async fn see_deployment(&mut self, now: Timestamp) -> Result<(), StoreError>;

    /// Whether there is any grant at all.
    async fn any_grant(&mut self) -> Result<bool, StoreError>;
}
