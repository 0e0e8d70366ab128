//! Storage of connect flows.

use async_trait::async_trait;
use headwater_domain::flow::ConnectFlow;
use headwater_domain::id::{AccountId, FlowId};
use headwater_domain::time::Timestamp;

use super::StoreError;

/// Connect flows in storage.
#[async_trait]
pub trait Flows {
    /// Adds a flow.
    async fn insert_flow(&mut self, flow: &ConnectFlow) -> Result<(), StoreError>;

    /// The flow with this id.
    async fn flow(&mut self, id: &FlowId) -> Result<Option<ConnectFlow>, StoreError>;

    /// The flow whose authorization link has this digest.
    async fn flow_by_link(&mut self, digest: &[u8; 32]) -> Result<Option<ConnectFlow>, StoreError>;

    /// The flow that was sent to the provider with a `state` of this digest, whatever became of it since.
    async fn flow_by_state(&mut self, digest: &[u8; 32]) -> Result<Option<ConnectFlow>, StoreError>;

    /// The flow that awaits or awaited the application's word on an `auth_request_id` of this digest.
    async fn flow_by_request(&mut self, digest: &[u8; 32]) -> Result<Option<ConnectFlow>, StoreError>;

    /// Flows with tokens in them that lapsed before `before`, oldest first, `limit` at most.
    async fn lapsed_flows_with_tokens(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<ConnectFlow>, StoreError>;

    /// Up to `limit` flows that have not lapsed by `now`, in the order of their ids, after the one with the id `after`.
    async fn unlapsed_flows(
        &mut self,
        now: Timestamp,
        after: &str,
        limit: u32,
    ) -> Result<Vec<ConnectFlow>, StoreError>;

    /// How many authorization links of an account were not used yet and have not lapsed at `now`.
    async fn count_unused_links(&mut self, account: &AccountId, now: Timestamp) -> Result<u64, StoreError>;

    /// Replaces a flow that still has `flow.version - 1`. `false` when somebody was faster: then nothing changed.
    async fn update_flow(&mut self, flow: &ConnectFlow) -> Result<bool, StoreError>;

    /// Removes flows that lapsed before `before`; returns how many.
    async fn delete_flows_before(&mut self, before: Timestamp) -> Result<u64, StoreError>;
}
