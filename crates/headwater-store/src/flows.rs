//! Connect flows.

use async_trait::async_trait;
use headwater_domain::flow::ConnectFlow;
use headwater_domain::id::{AccountId, ConnectionId, FlowId};
use headwater_domain::time::Timestamp;
use headwater_ports::store::{Flows, StoreError};
use headwater_ports::stored::{read_stage, write_stage};

use crate::error::integer;
use crate::record::Record;
use crate::row::Row;
use crate::statement::Statement;
use crate::transaction::StoreTx;

// The parameters of these two are bound by `bind`.
const INSERT: &str = "INSERT INTO flows (id, account_id, connection_id, link_digest, state_digest, caller_state, \
     user_verify_url, stage, created_at, expires_at, version, request_digest, holds_tokens) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
/// The digest of the state stays when later stages have none, so that an answer that comes twice is recognized.
const UPDATE: &str = "UPDATE flows SET account_id = $2, connection_id = $3, link_digest = $4, \
     state_digest = coalesce($5, state_digest), caller_state = $6, user_verify_url = $7, stage = $8, created_at = $9, \
     expires_at = $10, version = $11, request_digest = $12, holds_tokens = $13 \
     WHERE id = $1 AND version + 1 = $11";
const UNUSED_LINKS: &str = "SELECT count(*) AS total FROM flows \
     WHERE account_id = $1 AND expires_at > $2 AND state_digest IS NULL";

#[async_trait]
impl Flows for StoreTx {
    async fn insert_flow(&mut self, flow: &ConnectFlow) -> Result<(), StoreError> {
        let action = "add a connect flow";
        self.execute(action, bind(INSERT, flow, action)?).await?;
        Ok(())
    }

    async fn flow(&mut self, id: &FlowId) -> Result<Option<ConnectFlow>, StoreError> {
        fetch(self, Statement::new("SELECT * FROM flows WHERE id = $1").bind(id.as_str())).await
    }

    async fn flow_by_link(&mut self, digest: &[u8; 32]) -> Result<Option<ConnectFlow>, StoreError> {
        fetch(self, Statement::new("SELECT * FROM flows WHERE link_digest = $1").bind(digest)).await
    }

    async fn flow_by_state(&mut self, digest: &[u8; 32]) -> Result<Option<ConnectFlow>, StoreError> {
        fetch(self, Statement::new("SELECT * FROM flows WHERE state_digest = $1").bind(digest)).await
    }

    async fn flow_by_request(&mut self, digest: &[u8; 32]) -> Result<Option<ConnectFlow>, StoreError> {
        fetch(self, Statement::new("SELECT * FROM flows WHERE request_digest = $1").bind(digest)).await
    }

    async fn lapsed_flows_with_tokens(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<ConnectFlow>, StoreError> {
        let text = "SELECT * FROM flows WHERE holds_tokens AND expires_at < $1 ORDER BY expires_at LIMIT $2";
        let statement = Statement::new(text).bind(before).bind(limit);
        let rows = self.fetch_all("read lapsed connect flows", statement).await?;
        rows.iter().map(from_row).collect()
    }

    async fn unlapsed_flows(
        &mut self,
        now: Timestamp,
        after: &str,
        limit: u32,
    ) -> Result<Vec<ConnectFlow>, StoreError> {
        let text = "SELECT * FROM flows WHERE expires_at >= $1 AND id > $2 ORDER BY id LIMIT $3";
        let statement = Statement::new(text).bind(now).bind(after).bind(limit);
        let rows = self.fetch_all("list connect flows", statement).await?;
        rows.iter().map(from_row).collect()
    }

    async fn count_unused_links(&mut self, account: &AccountId, now: Timestamp) -> Result<u64, StoreError> {
        let statement = Statement::new(UNUSED_LINKS).bind(account.as_str()).bind(now);
        self.count("count authorization links", statement).await
    }

    async fn update_flow(&mut self, flow: &ConnectFlow) -> Result<bool, StoreError> {
        let action = "change a connect flow";
        self.change(action, bind(UPDATE, flow, action)?).await
    }

    async fn delete_flows_before(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let statement = Statement::new("DELETE FROM flows WHERE expires_at < $1").bind(before);
        self.execute("remove old connect flows", statement).await
    }
}

async fn fetch(transaction: &mut StoreTx, statement: Statement) -> Result<Option<ConnectFlow>, StoreError> {
    let row = transaction.select("read a connect flow", statement).await?;
    row.as_ref().map(from_row).transpose()
}

fn bind(text: &'static str, flow: &ConnectFlow, action: &'static str) -> Result<Statement, StoreError> {
    Ok(Statement::new(text)
        .bind(flow.id.as_str())
        .bind(flow.account_id.as_str())
        .bind(flow.connection_id.as_str())
        .bind(&flow.link_digest)
        .bind(flow.stage.state_digest())
        .bind(flow.caller_state.as_deref())
        .bind(flow.user_verify_url.as_deref())
        .bind(write_stage(&flow.stage))
        .bind(flow.created_at)
        .bind(flow.expires_at)
        .bind(integer(flow.version, action)?)
        .bind(flow.stage.request_digest())
        .bind(flow.stage.holds_tokens()))
}

fn from_row(row: &Row) -> Result<ConnectFlow, StoreError> {
    let record = Record::new("connect flow", row);
    Ok(ConnectFlow {
        id: record.parsed("id", FlowId::parse)?,
        account_id: record.parsed("account_id", AccountId::parse)?,
        connection_id: record.parsed("connection_id", ConnectionId::parse)?,
        link_digest: record.digest("link_digest")?,
        caller_state: record.get("caller_state")?,
        user_verify_url: record.get("user_verify_url")?,
        stage: record.parsed("stage", read_stage)?,
        created_at: record.time("created_at")?,
        expires_at: record.time("expires_at")?,
        version: record.count("version")?,
    })
}
