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
    /// The public origin that the operator named, as `https://headwater.example`; none until somebody names one.
    pub origin: Option<String>,
    /// Where the database was when a server took it up: the public origin, a space, and what tells the database apart
    /// from a copy of it. Empty until a server has taken it up.
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
    /// The server has another public origin than the one that the database belongs to.
    OtherOrigin,
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
    /// The origin to use where none is given: the one that was named. Releases before names were kept wrote down the
    /// origin of the server only; that counts, too, unless it is the default of a server that was told none.
    pub fn usual_origin(&self) -> Option<&str> {
        self.origin.as_deref().or_else(|| self.served_origin().filter(|it| !on_this_machine(it)))
    }

    /// The origin that another one would contradict. `any_grant` says whether end users have connected: before that,
    /// nothing depends on an origin that was served but never named.
    pub fn binding_origin(&self, any_grant: bool) -> Option<&str> {
        self.origin.as_deref().or_else(|| self.served_origin().filter(|_| any_grant))
    }

    /// The origin of the server that took the database up.
    fn served_origin(&self) -> Option<&str> {
        self.place.split_once(' ').map(|(origin, _)| origin)
    }

    /// Why a server with the public origin `origin` must not refresh, whatever is stored.
    pub fn contradicted(&self, origin: &str) -> Option<Fence> {
        self.origin.as_deref().is_some_and(|named| named != origin).then_some(Fence::OtherOrigin)
    }

    /// Why a server in `place`, which remembers what it remembers, must not refresh. Databases without grants
    /// have nothing to lose; ask for others only.
    ///
    /// A database that is only minutes behind is no reason: the provider still accepts what it holds, and the sooner it
    /// is presented the better.
    pub fn fenced(&self, place: &str, remembered: Option<&Remembered>, now: Timestamp) -> Option<Fence> {
        let behind = remembered.is_some_and(|it| it.id == self.id && it.seen_at > self.seen_at);
        if !self.place.is_empty() && !same_place(&self.place, place) {
            Some(Fence::Moved)
        } else if behind && self.seen_at.until(now) > WINDOW {
            Some(Fence::Restored)
        } else {
            self.fence
        }
    }
}

/// Whether a database that was taken up in `recorded` is still there when it is found in `found`.
///
/// Earlier versions recorded the number of a file without the time of its birth, and so does a file system that does not
/// know it. Such a place is the same once; whoever finds that records the full one. The other way round is no excuse:
/// that a birth cannot be seen any more does not show that it is the same one.
fn same_place(recorded: &str, found: &str) -> bool {
    found.strip_prefix(recorded).is_some_and(|rest| rest.is_empty() || rest.starts_with(" born "))
}

/// Whether an origin leads to the machine of whoever opens it.
pub fn on_this_machine(origin: &str) -> bool {
    let host = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    let host = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|it| it.is_ascii_digit()))
        .map_or(host, |it| it.0);
    host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || is_ipv4_loopback(host)
}

fn is_ipv4_loopback(host: &str) -> bool {
    host.parse::<std::net::Ipv4Addr>().is_ok_and(|it| it.is_loopback())
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
    pub const ALL: [Self; 4] = [Self::OtherOrigin, Self::Moved, Self::Restored, Self::Refused];

    /// A stable name, as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OtherOrigin => "other_origin",
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
            Self::OtherOrigin => "the database belongs to another base_url than this server has",
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
            origin: None,
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
    fn a_place_without_a_birth_time_is_the_same_with_one() {
        let recorded_in = |place: &str| Deployment { place: place.to_owned(), ..deployment() };
        let full = "https://a.example file 12 born 5";
        for (recorded, found, expected) in [
            ("https://a.example file 12", full, None),
            (full, full, None),
            (full, "https://a.example file 12 born 6", Some(Fence::Moved)),
            (full, "https://a.example file 12 born 56", Some(Fence::Moved)),
            (full, "https://a.example file 12", Some(Fence::Moved)),
            ("https://a.example file 1", full, Some(Fence::Moved)),
            ("https://b.example file 12", full, Some(Fence::Moved)),
            ("https://a.example database 5", "https://a.example database 5 of cluster 7", Some(Fence::Moved)),
        ] {
            let fence = recorded_in(recorded).fenced(found, None, SEEN);
            assert_eq!(fence, expected, "{recorded} {found}");
        }
    }

    #[test]
    fn the_named_origin_wins_over_the_one_that_was_only_served() {
        let of = |origin: Option<&str>, place: &str| Deployment {
            origin: origin.map(str::to_owned),
            place: place.to_owned(),
            ..deployment()
        };
        let (named, served, local) =
            ("https://a.example", "https://b.example file 1", "https://localhost:7443 file 1");
        for (deployment, usual, binding) in [
            (of(Some(named), served), Some(named), Some(named)),
            (of(None, served), Some("https://b.example"), Some("https://b.example")),
            (of(None, local), None, Some("https://localhost:7443")),
            (of(None, ""), None, None),
        ] {
            assert_eq!(deployment.usual_origin(), usual, "{deployment:?}");
            assert_eq!(deployment.binding_origin(true), binding, "{deployment:?}");
            assert_eq!(
                deployment.binding_origin(false),
                deployment.origin.as_deref(),
                "nobody depends on it"
            );
        }
        assert_eq!(of(Some(named), served).contradicted(named), None);
        assert_eq!(of(Some(named), served).contradicted("https://b.example"), Some(Fence::OtherOrigin));
        assert_eq!(of(None, served).contradicted("https://c.example"), None, "the place tells that");
        assert_eq!(of(None, "").fenced("anywhere", None, SEEN), None, "no server had it yet");
    }

    #[test]
    fn origins_of_this_machine_are_known() {
        for local in [
            "https://localhost:7443",
            "http://localhost",
            "http://127.0.0.9:1",
            "https://[::1]:2",
            "http://a.localhost",
        ] {
            assert!(on_this_machine(local), "{local}");
        }
        for other in [
            "https://headwater.example",
            "https://localhost.example",
            "http://10.0.0.1:80",
            "https://[2001:db8::1]",
        ] {
            assert!(!on_this_machine(other), "{other}");
        }
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
