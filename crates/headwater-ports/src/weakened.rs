//! A store without some of what protects grants, for experiments and negative controls: a check that passes on such a
//! store proves nothing about the defence.
//!
//! The wrapper stands around any store, so that neither the stores nor the use cases know of it.

mod forward;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use headwater_domain::grant::SealedGrant;
use headwater_domain::id::AccountId;
use headwater_domain::refresh::Change;
use headwater_domain::time::Timestamp;

use crate::store::{Due, LeaseId, Leasing, Refreshes, Store, StoreError, Tx};

/// What a store, and the order in which it is used, do so that no grant is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreDefence {
    /// A lease that somebody has is not given to anybody else.
    Lease,
    /// A presentation is written down before it is made.
    WriteAhead,
    /// Who lost the lease cannot write, nor can who comes with an old generation.
    Fence,
    /// Nobody sees an access token before its pair is stored.
    PersistFirst,
    /// What was committed stays.
    Durability,
}

/// A store that lacks defences.
pub struct WeakenedStore {
    store: Arc<dyn Store>,
    lacking: Arc<[StoreDefence]>,
    early: EarlyGrants,
}

/// Refreshed grants that readers see although they may not be stored.
type EarlyGrants = Arc<Mutex<HashMap<AccountId, SealedGrant>>>;

/// A unit of work on such a store.
struct WeakenedTx {
    tx: Box<dyn Tx>,
    lacking: Arc<[StoreDefence]>,
    early: EarlyGrants,
    /// The commit will be acknowledged, and nothing of it kept.
    doomed: bool,
}

impl WeakenedStore {
    /// Takes defences away from a store.
    pub fn new(store: Arc<dyn Store>, lacking: &[StoreDefence]) -> Self {
        Self { store, lacking: lacking.into(), early: EarlyGrants::default() }
    }

    fn weaken(&self, tx: Box<dyn Tx>) -> Box<dyn Tx> {
        let (lacking, early) = (Arc::clone(&self.lacking), Arc::clone(&self.early));
        Box::new(WeakenedTx { tx, lacking, early, doomed: false })
    }
}

#[async_trait]
impl Store for WeakenedStore {
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError> {
        Ok(self.weaken(self.store.read().await?))
    }

    async fn write(&self) -> Result<Box<dyn Tx>, StoreError> {
        Ok(self.weaken(self.store.write().await?))
    }

    async fn place(&self) -> Result<String, StoreError> {
        self.store.place().await
    }
}

impl WeakenedTx {
    fn lacks(&self, defence: StoreDefence) -> bool {
        self.lacking.contains(&defence)
    }

    /// Returns the grant that was shown before it was stored, if it is newer than what is stored.
    fn early(&self, stored: Option<SealedGrant>) -> Option<SealedGrant> {
        let stored = stored?;
        let early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
        let newer = early.get(&stored.account_id).filter(|it| it.generation > stored.generation);
        Some(newer.cloned().unwrap_or(stored))
    }

    fn forget_early(&self, account: &AccountId, generation: u64) {
        let mut early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
        if early.get(account).is_some_and(|it| it.generation == generation) {
            early.remove(account);
        }
    }

    /// Writes a grant over whatever is stored, as if nobody else could have written meanwhile.
    async fn overwrite(&mut self, grant: &SealedGrant) -> Result<bool, StoreError> {
        self.tx.delete_grant(&grant.account_id).await?;
        // Grants are stored one generation after the other only.
        let mut step = grant.clone();
        for generation in 1..=grant.generation {
            step.generation = generation;
            if !self.tx.put_grant(&step).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

#[async_trait]
impl Refreshes for WeakenedTx {
    async fn lease_refresh(
        &mut self,
        account: &AccountId,
        generation: u64,
        lease: LeaseId,
        duration: Duration,
        now: Timestamp,
    ) -> Result<Leasing, StoreError> {
        if self.lacks(StoreDefence::Lease) {
            self.tx.release_leases().await?;
        }
        // The grant that was only shown has no row to be leased: whoever wants to refresh it is back at the stored one.
        self.forget_early(account, generation);
        self.tx.lease_refresh(account, generation, lease, duration, now).await
    }

    async fn note_presentation(
        &mut self,
        account: &AccountId,
        lease: LeaseId,
        anew: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if self.lacks(StoreDefence::WriteAhead) {
            return Ok(true);
        }
        self.tx.note_presentation(account, lease, anew, now).await
    }

    async fn end_lease(
        &mut self,
        account: &AccountId,
        lease: LeaseId,
        change: Change,
        pause: Duration,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.tx.end_lease(account, lease, change, pause, now).await
    }

    async fn put_refreshed_grant(&mut self, grant: &SealedGrant, lease: LeaseId) -> Result<bool, StoreError> {
        self.doomed = self.lacks(StoreDefence::Durability);
        if self.lacks(StoreDefence::PersistFirst) {
            let mut early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
            early.insert(grant.account_id.clone(), grant.clone());
        }
        if self.lacks(StoreDefence::Fence) {
            return self.overwrite(grant).await;
        }
        self.tx.put_refreshed_grant(grant, lease).await
    }

    async fn refreshes_due(
        &mut self,
        due: &Due,
        now: Timestamp,
    ) -> Result<Vec<(AccountId, u64)>, StoreError> {
        self.tx.refreshes_due(due, now).await
    }

    async fn release_leases(&mut self) -> Result<u64, StoreError> {
        self.tx.release_leases().await
    }
}

#[async_trait]
impl Tx for WeakenedTx {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        if self.doomed { Ok(()) } else { self.tx.commit().await }
    }
}
