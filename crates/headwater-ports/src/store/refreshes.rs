//! Storage of refreshes under way: who may present an account's refresh token, and whether somebody has.
//!
//! The state stands beside the grant that it is about: a new grant begins without one, and a removed grant takes
//! it along.

use std::time::Duration;

use async_trait::async_trait;
use headwater_domain::grant::SealedGrant;
use headwater_domain::id::AccountId;
use headwater_domain::refresh::{Change, RefreshState};
use headwater_domain::time::Timestamp;

use super::StoreError;

/// Identifies one lease: a number that no other lease has, so that whoever lost it cannot write any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseId(pub i64);

/// What came of asking for the lease of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leasing {
    /// It is the caller's.
    Granted {
        /// What is known about the exchange so far.
        state: RefreshState,
        /// The moment by the store's clock, which the times of `state` are from.
        now: Timestamp,
    },
    /// Somebody else has it, for so long at most.
    Held(Duration),
    /// There is no grant of this generation.
    Gone,
}

/// Which refreshes a sweep is about.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    /// Access tokens that lapse before this moment are replaced ahead of need,
    pub lapsing_before: Timestamp,
    /// if their account was used after this one.
    pub used_after: Timestamp,
    /// Grants that were obtained before this moment are refreshed in any case, so that they do not lapse unused.
    pub idle_since: Timestamp,
    /// How many at most.
    pub limit: u32,
}

/// Refreshes in storage. `now` is the caller's clock: a store that several machines share judges by its own.
#[async_trait]
pub trait Refreshes {
    /// Asks for the lease of the refresh of the grant of `generation`, for `duration`.
    async fn lease_refresh(
        &mut self,
        account: &AccountId,
        generation: u64,
        lease: LeaseId,
        duration: Duration,
        now: Timestamp,
    ) -> Result<Leasing, StoreError>;

    /// Notes that the refresh token is about to be presented; `anew` forgets when that was first done. `false` when
    /// the lease was lost: then it must not be presented.
    async fn note_presentation(
        &mut self,
        account: &AccountId,
        lease: LeaseId,
        anew: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Gives the lease back without a new grant, and says when the next attempt may be made. `false` when it was
    /// lost.
    async fn end_lease(
        &mut self,
        account: &AccountId,
        lease: LeaseId,
        change: Change,
        pause: Duration,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Stores the grant that a leased refresh has brought in place of the one with `grant.generation - 1`. `false`
    /// when the lease was lost, or the grant removed or replaced: then nothing changed.
    async fn put_refreshed_grant(&mut self, grant: &SealedGrant, lease: LeaseId) -> Result<bool, StoreError>;

    /// Refreshes of active accounts that can be begun now, with the generation to refresh: first those that were
    /// left without an answer, then the grants that are due, soonest first.
    async fn refreshes_due(&mut self, due: &Due, now: Timestamp)
    -> Result<Vec<(AccountId, u64)>, StoreError>;

    /// Ends every lease, whoever has it, and returns how many there were. Only for a process that has the store to
    /// itself and has just begun: what holds a lease then is dead.
    async fn release_leases(&mut self) -> Result<u64, StoreError>;
}
