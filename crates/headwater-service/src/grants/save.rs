//! Storing the pair that a refresh has brought.

use std::sync::Arc;

use headwater_domain::account::ConnectedAccount;
use headwater_domain::connection::Connection;
use headwater_domain::event::EventKind;
use headwater_domain::grant::Grant;
use headwater_domain::time::Timestamp;
use headwater_ports::store::{LeaseId, Tx};

use super::Grants;
use super::failure::transient;
use super::refresh::{Leased, POLL, Stop};
use super::sealing::{NewTokens, bind_candidate, unbind};
use crate::chaos::CrashPoint;
use crate::error::ServiceError;
use crate::live::LiveAccount;

impl Grants {
    /// Makes the new pair durable. Where that does not work, the pair is kept for the next attempt: the provider accepts
    /// the one before it for some minutes only.
    pub(super) async fn store_pair(
        &self,
        leased: &Leased,
        tokens: NewTokens,
    ) -> Result<Arc<LiveAccount>, Stop> {
        let Leased { live, lease, .. } = leased;
        let (id, replaced) = (&live.account.id, &live.grant);
        let mut grant = bind_candidate(tokens, id.clone(), replaced.generation + 1);
        let written = self.write_pair(*lease, &mut grant, &live.connection).await;
        if let Ok(Some(account)) = written {
            return Ok(Arc::new(self.assemble(account, live.connection.clone(), grant)?));
        }
        self.memory.unsaved.keep(id, replaced.generation, replaced.obtained_at, unbind(grant));
        self.live.forget(id).await;
        Err(match written {
            Err(error) => {
                tracing::error!(account = %id, %error, "a new token pair could not be stored yet");
                Stop::Again(POLL, transient(live, "the database did not take the new tokens"))
            }
            // The lease was lost, or somebody deleted, disconnected or authorized the account meanwhile.
            Ok(_) => Stop::Replaced,
        })
    }

    /// Writes the pair; `None` where the lease or the grant is gone.
    async fn write_pair(
        &self,
        lease: LeaseId,
        grant: &mut Grant,
        connection: &Connection,
    ) -> Result<Option<ConnectedAccount>, ServiceError> {
        let mut tx = self.core.store().write().await?;
        if grant.refresh_token.is_none() {
            // Some answers hold no refresh token; then the present one stays good. It is opened again because
            // secrets are not copied around.
            let stored = tx.grant(&grant.account_id).await?;
            grant.refresh_token = stored.map(|it| self.open(it)).transpose()?.and_then(|it| it.refresh_token);
        }
        if !tx.put_refreshed_grant(&self.seal(grant)?, lease).await? {
            return Ok(None);
        }
        let Some(account) = renew(&mut *tx, grant, self.core.now()).await? else { return Ok(None) };
        self.events.record(&mut *tx, &account, connection, &[EventKind::RefreshSucceeded], None).await?;
        self.reached(CrashPoint::InsideSave);
        tx.commit().await?;
        self.reached(CrashPoint::Saved);
        tracing::info!(account = %account.id, generation = grant.generation, "grant refreshed");
        Ok(Some(account))
    }
}

/// Notes on the account when its new access token expires.
async fn renew(
    tx: &mut dyn Tx,
    grant: &Grant,
    now: Timestamp,
) -> Result<Option<ConnectedAccount>, ServiceError> {
    let Some(mut account) = tx.account(&grant.account_id).await? else { return Ok(None) };
    account.token_expires_at = grant.expires_at;
    account.updated_at = now;
    account.version += 1;
    Ok(tx.update_account(&account).await?.then_some(account))
}
