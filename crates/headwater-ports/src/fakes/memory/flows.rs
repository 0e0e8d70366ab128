//! Connect flows in memory.

use async_trait::async_trait;
use headwater_domain::flow::ConnectFlow;
use headwater_domain::id::{AccountId, FlowId};
use headwater_domain::time::Timestamp;

use super::{MemoryTx, refused};
use crate::store::{Flows, StoreError};

#[async_trait]
impl Flows for MemoryTx {
    async fn insert_flow(&mut self, flow: &ConnectFlow) -> Result<(), StoreError> {
        let state = self.change()?;
        let digest = flow.stage.state_digest().copied();
        let known = |(it, stored): &(ConnectFlow, Option<[u8; 32]>)| {
            it.link_digest == flow.link_digest || (digest.is_some() && *stored == digest)
        };
        let clash = state.flows.contains_key(&flow.id) || state.flows.values().any(known);
        if clash || !state.accounts.contains_key(&flow.account_id) {
            return Err(refused("add a connect flow"));
        }
        state.flows.insert(flow.id.clone(), (flow.clone(), digest));
        Ok(())
    }

    async fn flow(&mut self, id: &FlowId) -> Result<Option<ConnectFlow>, StoreError> {
        Ok(self.state.flows.get(id).map(|(flow, _)| flow.clone()))
    }

    async fn flow_by_link(&mut self, digest: &[u8; 32]) -> Result<Option<ConnectFlow>, StoreError> {
        let found = self.state.flows.values().find(|(flow, _)| flow.link_digest == *digest);
        Ok(found.map(|(flow, _)| flow.clone()))
    }

    async fn flow_by_state(&mut self, digest: &[u8; 32]) -> Result<Option<ConnectFlow>, StoreError> {
        let found = self.state.flows.values().find(|(_, state)| *state == Some(*digest));
        Ok(found.map(|(flow, _)| flow.clone()))
    }

    async fn flow_by_request(&mut self, digest: &[u8; 32]) -> Result<Option<ConnectFlow>, StoreError> {
        let found = self.state.flows.values().find(|(flow, _)| flow.stage.request_digest() == Some(digest));
        Ok(found.map(|(flow, _)| flow.clone()))
    }

    async fn lapsed_flows_with_tokens(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<ConnectFlow>, StoreError> {
        let lapsed = |(flow, _): &&(ConnectFlow, _)| flow.stage.holds_tokens() && flow.expires_at < before;
        let mut found: Vec<ConnectFlow> =
            self.state.flows.values().filter(lapsed).map(|(flow, _)| flow.clone()).collect();
        found.sort_by_key(|flow| flow.expires_at);
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    async fn unlapsed_flows(
        &mut self,
        now: Timestamp,
        after: &str,
        limit: u32,
    ) -> Result<Vec<ConnectFlow>, StoreError> {
        let wanted = |flow: &&ConnectFlow| flow.expires_at >= now && flow.id.as_str() > after;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(self.state.flows.values().map(|(flow, _)| flow).filter(wanted).take(limit).cloned().collect())
    }

    async fn count_unused_links(&mut self, account: &AccountId, now: Timestamp) -> Result<u64, StoreError> {
        let unused = |(flow, state): &&(ConnectFlow, Option<[u8; 32]>)| {
            flow.account_id == *account && flow.expires_at > now && state.is_none()
        };
        let count = self.state.flows.values().filter(unused).count();
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    async fn update_flow(&mut self, flow: &ConnectFlow) -> Result<bool, StoreError> {
        let flows = &mut self.change()?.flows;
        let digest = flow.stage.state_digest().copied();
        let known = |(id, (it, stored)): (&FlowId, &(ConnectFlow, Option<[u8; 32]>))| {
            *id != flow.id && (it.link_digest == flow.link_digest || (digest.is_some() && *stored == digest))
        };
        if flows.iter().any(known) {
            return Err(refused("change a connect flow"));
        }
        match flows.get_mut(&flow.id) {
            Some((stored, state)) if stored.version + 1 == flow.version => {
                *stored = flow.clone();
                *state = digest.or(*state);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn delete_flows_before(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let flows = &mut self.change()?.flows;
        let count = flows.len();
        flows.retain(|_, (flow, _)| flow.expires_at >= before);
        Ok(u64::try_from(count - flows.len()).unwrap_or(u64::MAX))
    }
}
