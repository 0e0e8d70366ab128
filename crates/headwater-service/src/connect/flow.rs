//! The moves of a connect flow: each is made once, by whoever comes first.

use headwater_domain::flow::{ConnectFlow, Stage};
use headwater_ports::store::Tx;

use super::{Connect, ConnectError};

/// Returns the flow as it is in `stage`, not stored yet.
pub(super) fn moved(mut flow: ConnectFlow, stage: Stage) -> ConnectFlow {
    flow.stage = stage;
    flow.version += 1;
    flow
}

/// Stores a flow that has moved on.
///
/// # Errors
/// [`ConnectError::Used`] where somebody else was faster.
pub(super) async fn store_move(tx: &mut dyn Tx, flow: &ConnectFlow) -> Result<(), ConnectError> {
    if tx.update_flow(flow).await? { Ok(()) } else { Err(ConnectError::Used) }
}

impl Connect {
    /// Moves a flow on to `stage` in a transaction of its own, so that whatever happens next, the stage before cannot be
    /// used a second time.
    ///
    /// # Errors
    /// [`ConnectError::Used`] where somebody else was faster.
    pub(super) async fn consume(&self, flow: ConnectFlow, stage: Stage) -> Result<ConnectFlow, ConnectError> {
        let flow = moved(flow, stage);
        let mut tx = self.core.store().write().await?;
        store_move(&mut *tx, &flow).await?;
        tx.commit().await?;
        Ok(flow)
    }
}
