//! Whether the database is this deployment's, so that its refresh tokens may be presented.
//!
//! See [`headwater_domain::deployment`] for why. A server takes the database up when it starts, and looks again from
//! time to time; without that, as in commands beside a server, nothing is fenced, because nothing refreshes by itself.

use std::sync::{Mutex, MutexGuard, PoisonError};

use headwater_domain::deployment::{Deployment, Fence, Probation, Remembered, on_probation};
use headwater_domain::error::ErrorKind;
use headwater_domain::time::Timestamp;

use crate::Service;
use crate::audit::Act;
use crate::error::ServiceError;

/// How the database stands, as this process knows.
#[derive(Default)]
pub(crate) struct Standing(Mutex<State>);

#[derive(Default)]
struct State {
    /// Whether this process has taken the database up. What only looks at it, as `dev` does, is never fenced.
    taken_up: bool,
    fence: Option<Fence>,
    /// The latest state of the row, for the time after an adoption.
    adopted_at: Option<Timestamp>,
    probation: Probation,
}

impl Standing {
    /// Why no refresh token may be presented now.
    pub(crate) fn fence(&self) -> Option<Fence> {
        self.state().fence
    }

    /// Notes that this process uses the database from now on, and has written that down in it.
    fn take_up(&self) {
        self.state().taken_up = true;
    }

    fn taken_up(&self) -> bool {
        self.state().taken_up
    }

    /// Returns whether it is news.
    fn set(&self, fence: Option<Fence>, adopted_at: Option<Timestamp>) -> bool {
        let mut state = self.state();
        if state.adopted_at != adopted_at {
            (state.adopted_at, state.probation) = (adopted_at, Probation::default());
        }
        std::mem::replace(&mut state.fence, fence) != fence
    }

    /// The provider has exchanged a token.
    pub(crate) fn count_exchanged(&self) {
        self.state().probation.exchanged += 1;
    }

    /// The provider has refused a token as dead; returns whether there are too many of them.
    fn count_refused(&self) -> bool {
        let mut state = self.state();
        state.probation.refused += 1;
        state.probation.failed()
    }

    fn adopted_at(&self) -> Option<Timestamp> {
        self.state().adopted_at
    }

    /// What is in here is whole at any moment. A panic of whoever held the lock must not lift a fence.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service {
    /// Takes the database up for a server that begins to use it and remembers `remembered` from the last time. Returns
    /// why it must not refresh, if so; it can serve all the same.
    pub async fn take_up_database(
        &self,
        remembered: Option<&Remembered>,
    ) -> Result<Option<Fence>, ServiceError> {
        let place = self.place().await?;
        let mut tx = self.store().write().await?;
        let fresh = Deployment {
            id: self.random_token(),
            place: place.clone(),
            seen_at: self.now(),
            fence: None,
            adopted_at: None,
        };
        tx.insert_deployment(&fresh).await?;
        let mut stored = tx.deployment().await?.unwrap_or(fresh);
        let fence = if tx.any_grant().await? {
            stored.fenced(&place, remembered, self.now())
        } else {
            // There is nothing to lose.
            stored = Deployment { place, fence: None, ..stored };
            None
        };
        match fence {
            None => stored.seen_at = self.now(),
            // Others, which do not remember, must not refresh either.
            Some(Fence::Restored) => stored.fence = fence,
            Some(Fence::Moved | Fence::Refused) => {}
        }
        tx.update_deployment(&stored).await?;
        tx.commit().await?;
        self.standing().take_up();
        self.note_standing(fence, stored.adopted_at);
        Ok(fence)
    }

    /// Looks whether the database is still this deployment's, and notes that it was seen. Returns what to remember
    /// outside of it; nothing while it is fenced. Called by a job.
    pub async fn keep_up_database(&self) -> Result<Option<Remembered>, ServiceError> {
        let place = self.place().await?;
        let mut tx = self.store().write().await?;
        let Some(stored) = tx.deployment().await? else {
            if self.standing().taken_up() {
                // It was written down when the database was taken up: this is another database than that one.
                self.note_standing(Some(Fence::Moved), None);
            }
            return Ok(None);
        };
        let fence = stored.fenced(&place, None, self.now());
        self.note_standing(fence, stored.adopted_at);
        if fence.is_some() {
            return Ok(None);
        }
        tx.see_deployment(self.now()).await?;
        let seen = tx.deployment().await?.map(|it| Remembered { id: it.id, seen_at: it.seen_at });
        tx.commit().await?;
        Ok(seen)
    }

    /// Why a server that starts now would not refresh. Changes nothing.
    pub async fn examine_database(
        &self,
        remembered: Option<&Remembered>,
    ) -> Result<Option<Fence>, ServiceError> {
        let place = self.place().await?;
        let mut tx = self.store().read().await?;
        let Some(stored) = tx.deployment().await? else { return Ok(None) };
        if !tx.any_grant().await? {
            return Ok(None);
        }
        Ok(stored.fenced(&place, remembered, self.now()))
    }

    /// The operator says that the database is this deployment's, and no other uses what is in it. Servers refresh
    /// again within a minute, for an hour slowly: when the provider refuses most tokens, they stop.
    pub async fn adopt_database(&self) -> Result<(), ServiceError> {
        self.observed(Act::new("database.adopt"), async {
            let (place, now) = (self.place().await?, self.now());
            let adopted = |id| Deployment { id, place, seen_at: now, fence: None, adopted_at: Some(now) };
            let mut tx = self.store().write().await?;
            match tx.deployment().await? {
                Some(stored) => drop(tx.update_deployment(&adopted(stored.id)).await?),
                None => drop(tx.insert_deployment(&adopted(self.random_token())).await?),
            }
            self.commit(tx).await
        })
        .await
    }

    /// Fails while no refresh token may be presented.
    pub(crate) fn may_refresh(&self) -> Result<(), ServiceError> {
        let Some(fence) = self.standing().fence() else { return Ok(()) };
        let message = format!(
            "no access token can be refreshed now: {fence}. The account is kept. The operator decides with `headwater adopt`"
        );
        Err(ServiceError::new(ErrorKind::Unavailable, "REFRESH_FENCED", message))
    }

    /// Whether refreshes are to be made slowly, because the database was adopted a short while ago.
    pub(crate) fn on_probation(&self) -> bool {
        self.standing().adopted_at().is_some_and(|at| on_probation(at, self.now()))
    }

    /// Notes that the provider has refused a token as dead. After an adoption, too many of them end all refreshing.
    pub(crate) async fn note_refused(&self) {
        if !self.standing().count_refused() || !self.on_probation() {
            return;
        }
        self.note_standing(Some(Fence::Refused), self.standing().adopted_at());
        if let Err(error) = self.fence_off().await {
            tracing::error!(%error, "other servers could not be told to stop refreshing");
        }
    }

    async fn fence_off(&self) -> Result<(), ServiceError> {
        let mut tx = self.store().write().await?;
        if let Some(stored) = tx.deployment().await? {
            tx.update_deployment(&Deployment { fence: Some(Fence::Refused), ..stored }).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    fn note_standing(&self, fence: Option<Fence>, adopted_at: Option<Timestamp>) {
        if !self.standing().set(fence, adopted_at) {
            return;
        }
        if let Some(fence) = fence {
            tracing::error!(
                "no token is refreshed: {fence}. If no other deployment uses this database, run `headwater adopt`"
            );
        } else {
            tracing::info!("the database is this deployment's; tokens are refreshed again");
        }
    }

    /// The public origin, and the database: what a copy for another purpose has otherwise.
    async fn place(&self) -> Result<String, ServiceError> {
        let origin = self.settings().base_url.origin().ascii_serialization();
        Ok(format!("{origin} {}", self.store().place().await?))
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn a8_a_fence_outlives_a_panic() {
        let standing = Standing::default();
        standing.set(Some(Fence::Restored), None);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _state = standing.0.lock().unwrap();
            panic!("a fault, on purpose");
        }));
        assert!(panicked.is_err() && standing.0.is_poisoned());
        assert_eq!(standing.fence(), Some(Fence::Restored));
        assert!(standing.set(None, None), "it can still be lifted");
        assert_eq!(standing.fence(), None);
    }
}
