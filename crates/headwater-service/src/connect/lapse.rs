//! Flows that nobody went on with.

use std::time::Duration;

use headwater_domain::account::AccountEvent;
use headwater_domain::flow::{ConnectFlow, Stage};

use super::Connect;
use super::flow::moved;
use crate::error::ServiceError;

/// How many flows one sweep looks at.
const SWEEP_LIMIT: u32 = 200;
/// How long a flow's record is kept after it lapsed, so that its user reads why a link does not work.
const KEEP: Duration = Duration::from_secs(86_400);

impl Connect {
    /// Destroys tokens that waited in vain, for a site to be picked or for the application's word. Called by a job;
    /// returns how many flows held some.
    ///
    /// # Errors
    /// `Internal` where the store cannot be written.
    pub async fn destroy_lapsed(&self) -> Result<u64, ServiceError> {
        let mut destroyed = 0;
        let lapsed =
            self.core.store().read().await?.lapsed_flows_with_tokens(self.core.now(), SWEEP_LIMIT).await?;
        for flow in lapsed {
            destroyed += u64::from(self.let_lapse(flow).await?);
        }
        Ok(destroyed)
    }

    async fn let_lapse(&self, flow: ConnectFlow) -> Result<bool, ServiceError> {
        let mut tx = self.core.store().write().await?;
        let awaited = matches!(flow.stage, Stage::Verifying(_));
        let stage = flow.stage.lapsed();
        let flow = moved(flow, stage);
        if !tx.update_flow(&flow).await? {
            return Ok(false);
        }
        if awaited {
            self.note_account_event(&mut *tx, &flow, AccountEvent::NotVerified).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Removes flows that lapsed a day ago. Called by a job; returns how many.
    ///
    /// # Errors
    /// `Internal` where the store cannot be written.
    pub async fn remove_old(&self) -> Result<u64, ServiceError> {
        let mut tx = self.core.store().write().await?;
        let removed = tx.delete_flows_before(self.core.now().minus(KEEP)).await?;
        tx.commit().await?;
        Ok(removed)
    }
}
