//! What an experiment can find wrong.

use std::fmt;

/// The kinds of findings. A control names the one that it was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The provider ended a grant.
    GrantEnded,
    /// The provider refused a refresh token, for a reason that has no kind of its own.
    TokenRefused,
    /// A refresh token was presented although a later one had been exchanged already.
    Outdated,
    /// A refresh token was presented again after the time in which the provider tolerates that for certain.
    Late,
    /// Two presentations of one grant were under way at the same time.
    Together,
    /// An access token was used, and an older refresh token presented afterwards: its pair was not stored.
    UsedBeforeStored,
    /// Callers who came together caused another number of refreshes than one.
    NotOnce,
    /// An account was given up although the provider had not ended its grant.
    GivenUp,
    /// A call failed that had to succeed.
    CallFailed,
    /// A refresh that was left open was not resolved without a caller.
    LeftOpen,
    /// A server on an old copy of its database went on as if it were none.
    CopyUsed,
    /// A database was damaged.
    Damaged,
    /// The ledger has an entry that the rules cannot be checked on.
    Unreadable,
}

/// Something that should not have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// What kind of fault it is.
    pub(super) kind: Kind,
    /// What happened, for the table.
    pub(super) text: String,
}

impl Kind {
    /// A finding of this kind.
    pub(super) fn because(self, text: impl Into<String>) -> Finding {
        Finding { kind: self, text: text.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}: {}", self.kind, self.text)
    }
}
