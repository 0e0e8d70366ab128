//! Moments at which a chaos experiment can make the process die or stop.
//!
//! Only builds with the feature `chaos` have any of this. In all others [`Chaos`] is empty and nothing is ever struck; the
//! compiler removes the calls. Defences are taken away outside of the use cases: those that the store has, by a wrapper
//! around it (`headwater_ports::weakened`); those that this process has in its memory, by forgetting what they keep
//! (`grants/weakened.rs`).

#[cfg(not(feature = "chaos"))]
mod absent;
#[cfg(feature = "chaos")]
mod present;

#[cfg(not(feature = "chaos"))]
pub use absent::Chaos;
#[cfg(feature = "chaos")]
pub use present::{Chaos, Defence, Strike};

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
