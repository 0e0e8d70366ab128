//! Which deployment a database belongs to.
//!
//! A copy of a database, or a backup that was put back, holds refresh tokens that were exchanged since. To present one
//! of them makes the provider end the grant: of a running deployment, if the database is a copy of its. So a server that
//! finds itself with such a database uses the access tokens that are still good, and refreshes none until the operator
//! has said that the database is this deployment's.

use std::fmt;
use std::time::Duration;

use crate::refresh::WINDOW;
use crate::time::Timestamp;

/// For how long after an adoption refreshes are made slowly, and stopped when many are refused.
const PROBATION: Duration = Duration::from_secs(3600);
/// So many refusals in that time, and more of them than successes, are too many.
const TOO_MANY_REFUSALS: u32 = 5;

/// What a database knows about the deployment that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// Random; another database has another one, a copy the same.
    pub id: String,
    /// Where the database was when a server took it up: the public origin, and what tells the database apart from a
    /// copy of it.
    pub place: String,
    /// When a server last had it; never goes back.
    pub seen_at: Timestamp,
    /// Why no server may refresh, whichever it is.
    pub fence: Option<Fence>,
    /// When the operator last said that it is this deployment's.
    pub adopted_at: Option<Timestamp>,
}

/// What a server remembers outside the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Which database it was.
    pub id: String,
    /// The latest moment at which it was seen.
    pub seen_at: Timestamp,
}

/// Why refresh tokens must not be presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fence {
    /// The database was taken up in another place.
    Moved,
    /// The database was seen at a later time than it knows of.
    Restored,
    /// After an adoption, the provider refused too many tokens.
    Refused,
}

/// What came of refreshes since an adoption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Probation {
    /// Pairs that were exchanged.
    pub exchanged: u32,
    /// Tokens that the provider refused as dead.
    pub refused: u32,
}

impl Deployment {
    /// Why a server in `place`, which remembers what it remembers, must not refresh. Databases without grants
    /// have nothing to lose; ask for others only.
    ///
    /// A database that is only minutes behind is no reason: the provider still accepts what it holds, and the sooner it
    /// is presented the better.
    pub fn fenced(&self, place: &str, remembered: Option<&Remembered>, now: Timestamp) -> Option<Fence> {
        let behind = remembered.is_some_and(|it| it.id == self.id && it.seen_at > self.seen_at);
        if self.place != place {
            Some(Fence::Moved)
        } else if behind && self.seen_at.until(now) > WINDOW {
            Some(Fence::Restored)
        } else {
            self.fence
        }
    }
}

/// Whether a database that was adopted at `adopted_at` still has to prove itself.
pub fn on_probation(adopted_at: Timestamp, now: Timestamp) -> bool {
    adopted_at.until(now) < PROBATION
}

impl Probation {
    /// Whether so many tokens are dead that the database seems to be a copy after all.
    pub fn failed(self) -> bool {
        self.refused >= TOO_MANY_REFUSALS && self.refused > self.exchanged
    }
}

impl Fence {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Moved, Self::Restored, Self::Refused];

    /// A stable name, as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Restored => "restored",
            Self::Refused => "refused",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

impl fmt::Display for Fence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Moved => {
                "the database was in another place before, or served another base_url: it may be a copy of one that is in use"
            }
            Self::Restored => "the database is older than the one that was here: it seems to be a backup",
            Self::Refused => {
                "the provider refused most of the tokens in the adopted database: another deployment seems to use them"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEN: Timestamp = Timestamp::from_seconds(1_000_000);

    fn deployment() -> Deployment {
        Deployment {
            id: "one".to_owned(),
            place: "here".to_owned(),
            seen_at: SEEN,
            fence: None,
            adopted_at: None,
        }
    }

    fn after(seconds: u64) -> Timestamp {
        SEEN.plus(Duration::from_secs(seconds))
    }

    fn remembered(id: &str, seconds: u64) -> Remembered {
        Remembered { id: id.to_owned(), seen_at: after(seconds) }
    }

    #[test]
    fn a_database_stays_where_it_was_and_never_goes_back() {
        let ours = deployment();
        let table = [
            ("here", None, 9_999, None),
            ("here", Some(remembered("one", 0)), 9_999, None),
            ("there", None, 0, Some(Fence::Moved)),
            ("there", Some(remembered("one", 60)), 9_999, Some(Fence::Moved)),
            ("here", Some(remembered("one", 60)), 9_999, Some(Fence::Restored)),
            ("here", Some(remembered("one", 60)), 540, None),
            ("here", Some(remembered("one", 60)), 541, Some(Fence::Restored)),
            ("here", Some(remembered("other", 60)), 9_999, None),
        ];
        for (place, remembered, now, expected) in table {
            let found = ours.fenced(place, remembered.as_ref(), after(now));
            assert_eq!(found, expected, "{place} {remembered:?} {now}");
        }
        let stopped = Deployment { fence: Some(Fence::Refused), ..ours };
        assert_eq!(stopped.fenced("here", None, SEEN), Some(Fence::Refused));
    }

    #[test]
    fn an_adopted_database_proves_itself_for_an_hour() {
        assert!(on_probation(SEEN, after(3599)) && !on_probation(SEEN, after(3600)));
        for (exchanged, refused, failed) in
            [(0, 4, false), (0, 5, true), (5, 5, false), (5, 6, true), (90, 9, false)]
        {
            assert_eq!(Probation { exchanged, refused }.failed(), failed, "{exchanged} {refused}");
        }
    }

    #[test]
    fn names_are_read_as_they_were_written() {
        for fence in Fence::ALL {
            assert_eq!(Fence::parse(fence.as_str()), Some(fence));
        }
        assert_eq!(Fence::parse("gone"), None);
    }
}
