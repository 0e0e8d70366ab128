//! One refresh, from the stored pair to the next stored pair.

use std::sync::Arc;
use std::time::Duration;

use headwater_domain::account::{AccountEvent, ConnectedAccount};
use headwater_domain::connection::Connection;
use headwater_domain::error::ErrorKind;
use headwater_domain::event::EventKind;
use headwater_domain::grant::{Freshness, Grant, freshness};
use headwater_domain::id::AccountId;
use headwater_ports::store::{LeaseId, Tx};

use super::exchange::Exchanged;
use super::sealing::{NewTokens, bind_candidate, unbind};
use crate::Service;
use crate::chaos::{CrashPoint, Defence};
use crate::error::ServiceError;
use crate::live::{LiveAccount, not_active};

/// How long one flight goes on trying. What is left undone then is taken up by the sweep.
const PATIENCE: Duration = Duration::from_secs(15);

/// A pair that is not stored: the lease was lost, or somebody deleted, disconnected or re-authorized the account
/// meanwhile, or, with an error, the store did not take it.
pub(super) struct Unstored {
    pub(super) tokens: NewTokens,
    pub(super) error: Option<ServiceError>,
}

impl Service {
    /// Refreshes an account whose grant of `generation` was found wanting.
    pub(super) async fn refresh(
        &self,
        id: &AccountId,
        mut generation: u64,
    ) -> Result<Arc<LiveAccount>, ServiceError> {
        let end = self.clock().elapsed() + PATIENCE;
        loop {
            self.may_refresh()?;
            let (pause, error) = match self.try_exchange(id, generation).await? {
                Exchanged::Stored(live) => {
                    self.remember_live(&live).await;
                    return Ok(live);
                }
                Exchanged::Elsewhere => {
                    let live = self.load_live(id).await?;
                    if self.is_fresh(&live) {
                        self.remember_live(&live).await;
                        return Ok(live);
                    }
                    generation = live.grant.generation;
                    continue;
                }
                Exchanged::Again(pause, error) => (pause, error),
            };
            if self.clock().elapsed() + pause > end {
                return Err(error);
            }
            self.clock().wait(pause).await;
        }
    }

    fn is_fresh(&self, live: &LiveAccount) -> bool {
        freshness(live.grant.obtained_at, live.grant.expires_at, self.now()) == Freshness::Fresh
    }

    /// Makes the new pair durable before anybody can see it. The inner error is one after that.
    pub(super) async fn store_pair(
        &self,
        live: &LiveAccount,
        lease: LeaseId,
        tokens: NewTokens,
    ) -> Result<Result<Arc<LiveAccount>, ServiceError>, Unstored> {
        let mut grant = bind_candidate(tokens, live.account.id.clone(), live.grant.generation + 1);
        if self.lacks(Defence::PersistFirst) {
            self.show_early(live, &grant).await;
        }
        match self.write_pair(lease, &mut grant, &live.connection).await {
            Ok(Some(account)) => Ok(self.assemble(account, live.connection.clone(), grant).map(Arc::new)),
            Ok(None) => Err(Unstored { tokens: unbind(grant), error: None }),
            Err(error) => Err(Unstored { tokens: unbind(grant), error: Some(error) }),
        }
    }

    async fn write_pair(
        &self,
        lease: LeaseId,
        grant: &mut Grant,
        connection: &Connection,
    ) -> Result<Option<ConnectedAccount>, ServiceError> {
        let mut tx = self.store().write().await?;
        if grant.refresh_token.is_none() {
            // Some answers hold no refresh token; then the one in hand stays good. It is opened again because
            // secrets are not copied around.
            let stored = tx.grant(&grant.account_id).await?;
            grant.refresh_token =
                stored.map(|it| self.open_grant(it)).transpose()?.and_then(|it| it.refresh_token);
        }
        if !self.put_grant(&mut *tx, grant, lease).await? {
            return Ok(None);
        }
        let Some(account) = renew(&mut *tx, grant, self.now()).await? else { return Ok(None) };
        self.record(&mut *tx, &account, connection, &[EventKind::RefreshSucceeded], None).await?;
        self.reached(CrashPoint::InsideSave);
        tx.commit().await?;
        self.reached(CrashPoint::Saved);
        tracing::info!(account = %account.id, generation = grant.generation, "grant refreshed");
        Ok(Some(account))
    }

    async fn put_grant(
        &self,
        tx: &mut dyn Tx,
        grant: &mut Grant,
        lease: LeaseId,
    ) -> Result<bool, ServiceError> {
        if self.lacks(Defence::Fence) {
            // Over whatever stands there.
            let stored = tx.grant(&grant.account_id).await?;
            grant.generation = stored.map_or(1, |it| it.generation + 1);
            return Ok(tx.put_grant(&self.seal_grant(grant)?).await?);
        }
        Ok(tx.put_refreshed_grant(&self.seal_grant(grant)?, lease).await?)
    }

    /// What a server without a defence would do: everybody gets the token before it is stored.
    async fn show_early(&self, live: &LiveAccount, grant: &Grant) {
        let copy = self.seal_grant(grant).and_then(|sealed| self.open_grant(sealed));
        let early = copy.and_then(|it| self.assemble(live.account.clone(), live.connection.clone(), it));
        if let Ok(early) = early {
            self.remember_live(&Arc::new(early)).await;
        }
    }

    /// Marks the account expired, unless its grant or the lease is gone meanwhile.
    pub(super) async fn lose_grant(
        &self,
        live: &LiveAccount,
        lease: LeaseId,
        reason: &str,
    ) -> Result<ServiceError, ServiceError> {
        let mut tx = self.store().write().await?;
        let change = headwater_domain::refresh::Change::Refused;
        let held = tx.end_lease(&live.account.id, lease, change, Duration::ZERO, self.now()).await?;
        let Some(account) = tx.account(&live.account.id).await? else {
            return Ok(not_active(&live.account, &live.connection));
        };
        if !held {
            return Ok(transient(live, "the grant was replaced at the same time"));
        }
        let status = account.status;
        let expired = self.expire(account)?;
        tx.update_account(&expired).await?;
        let kinds = [EventKind::RefreshFailed];
        self.record(&mut *tx, &expired, &live.connection, &kinds, Some(status)).await?;
        tx.commit().await?;
        self.live().forget(&expired.id).await;
        tracing::warn!(account = %expired.id, reason, "the provider no longer accepts the grant");
        Ok(not_active(&expired, &live.connection))
    }

    fn expire(&self, account: ConnectedAccount) -> Result<ConnectedAccount, ServiceError> {
        let mut expired = account
            .after(AccountEvent::GrantLost, self.now())
            .map_err(|error| ServiceError::internal("the account cannot expire now", error))?;
        expired.version += 1;
        Ok(expired)
    }
}

/// Notes on the account when its new access token lapses.
async fn renew(
    tx: &mut dyn Tx,
    grant: &Grant,
    now: headwater_domain::time::Timestamp,
) -> Result<Option<ConnectedAccount>, ServiceError> {
    let Some(mut account) = tx.account(&grant.account_id).await? else { return Ok(None) };
    account.token_expires_at = grant.expires_at;
    account.updated_at = now;
    account.version += 1;
    Ok(tx.update_account(&account).await?.then_some(account))
}

/// A refresh that did not come about yet.
pub(super) fn transient(live: &LiveAccount, reason: &str) -> ServiceError {
    tracing::warn!(account = %live.account.id, reason, "the grant could not be refreshed now");
    let message = format!(
        "the access token of `{}` could not be refreshed now ({reason}); the account is kept, try again in a moment",
        live.account.owner.identifier
    );
    ServiceError::new(ErrorKind::Unavailable, "REFRESH_FAILED", message)
}

/// A provider that refuses the connection itself.
pub(super) fn misconfigured(live: &LiveAccount, reason: &str) -> ServiceError {
    tracing::error!(connection = %live.connection.name, reason, "the provider refuses the connection's own credentials");
    let message = format!(
        "the provider refuses connection `{}` itself ({reason}); check its client id and secret. The account is kept",
        live.connection.name
    );
    ServiceError::new(ErrorKind::FailedPrecondition, "CONNECTION_REFUSED", message)
}
