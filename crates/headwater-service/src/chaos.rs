//! Where chaos experiments strike: moments at which the process can be made to die or stop, and defences that can be
//! switched off, so that an experiment is seen to fail without them.
//!
//! Only builds with the feature `chaos` have any of this. In all others [`Chaos`] is empty, nothing is ever struck and
//! no defence is ever lacking; the compiler removes the questions.

#[cfg(not(feature = "chaos"))]
mod absent;
#[cfg(feature = "chaos")]
mod present;

#[cfg(not(feature = "chaos"))]
pub use absent::Chaos;
#[cfg(feature = "chaos")]
pub use present::{Chaos, Strike};

use crate::Service;

/// A moment in the life of a refresh. That the request has been sent, or that the provider has acted on it, is seen
/// better from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashPoint {
    /// Nothing has been done yet.
    BeforeLease,
    /// The lease is stored.
    AfterLease,
    /// It is stored that the refresh token is about to be presented.
    WrittenDown,
    /// The provider's reply has been read.
    ReplyRead,
    /// The new pair is written, and not committed.
    InsideSave,
    /// The new pair is committed, and nobody knows.
    Saved,
    /// A caller has got the new access token, and has not used it.
    Told,
    /// An endpoint has got an event, and that is not noted.
    Delivering,
}

/// Something that keeps grants alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defence {
    /// A lease that somebody has is not given to anybody else.
    Lease,
    /// A presentation is written down before it is made.
    WriteAhead,
    /// Who lost the lease cannot write, nor can who comes with an old generation.
    Fence,
    /// One refresh at a time for each account in a process.
    SingleFlight,
    /// Nobody sees an access token before its pair is stored.
    PersistFirst,
    /// A pair that could not be stored is kept.
    KeepPair,
}

impl CrashPoint {
    /// Every point with its name in settings.
    pub const ALL: [(&str, Self); 8] = [
        ("before-lease", Self::BeforeLease),
        ("after-lease", Self::AfterLease),
        ("written-down", Self::WrittenDown),
        ("reply-read", Self::ReplyRead),
        ("inside-save", Self::InsideSave),
        ("saved", Self::Saved),
        ("told", Self::Told),
        ("delivering", Self::Delivering),
    ];
}

impl Defence {
    /// Every defence with its name in settings.
    pub const ALL: [(&str, Self); 6] = [
        ("lease", Self::Lease),
        ("write-ahead", Self::WriteAhead),
        ("fence", Self::Fence),
        ("single-flight", Self::SingleFlight),
        ("persist-first", Self::PersistFirst),
        ("keep-pair", Self::KeepPair),
    ];
}

impl Service {
    /// An experiment may strike here.
    #[inline]
    pub(crate) fn reached(&self, point: CrashPoint) {
        self.settings().chaos.reached(point);
    }

    /// Whether an experiment has switched a defence off.
    #[inline]
    pub(crate) fn lacks(&self, defence: Defence) -> bool {
        self.settings().chaos.lacks(defence)
    }
}
