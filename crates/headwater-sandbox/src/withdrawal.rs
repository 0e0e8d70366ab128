//! Tokens and grants that tests expire or revoke, with their entries in the log.

use crate::control::Event;
use crate::state::State;
use crate::storage::grants::{self, Chosen, Grant};
use crate::storage::{StorageError, tokens};

/// Expires access tokens.
pub(crate) async fn expire_access_tokens(state: &State, chosen: &Chosen) -> Result<(), StorageError> {
    // No exchange may be noted between the decision here and its entry.
    let _order = state.control.ledger.token_order.lock().await;
    let now = state.clock.now_ms();
    let mut tx = state.storage.begin().await?;
    let count = tokens::expire_access(&mut tx, chosen, now).await?;
    tx.commit().await?;
    state.control.ledger.note(now, None, Event::AccessTokensExpired { count });
    Ok(())
}

/// Revokes grants, as if their users had removed the app.
pub(crate) async fn revoke_grants(state: &State, chosen: &Chosen) -> Result<(), StorageError> {
    let _order = state.control.ledger.token_order.lock().await;
    let now = state.clock.now_ms();
    let mut tx = state.storage.begin().await?;
    let ended = grants::revoke(&mut tx, chosen, now).await?;
    tx.commit().await?;
    for grant in ended {
        state.control.ledger.note(now, None, family_ended(grant, "revoked"));
    }
    Ok(())
}

/// Returns the entry for a family that ended.
pub(crate) fn family_ended(grant: Grant, reason: &'static str) -> Event {
    Event::FamilyEnded { family: grant.grant_id, account: grant.account_id, client: grant.client_id, reason }
}
