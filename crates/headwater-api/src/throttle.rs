//! How often credentials may be wrong before the answer is to wait.
//!
//! A secret has 256 random bits and is not guessed. The bound makes those who try show in the log, and tells programs with
//! a wrong secret to ask less often. Credentials are always checked first: a right secret is never delayed, whatever
//! others do who share its address, as all do behind a reverse proxy. Only failures are counted, by address and by client,
//! so that a fleet of programs that start together is not held up.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use headwater_domain::id::ClientId;
use headwater_domain::time::Timestamp;
use moka::ops::compute::Op;
use moka::sync::Cache;

/// How many addresses and pairs are remembered. When there are more, the least used ones are forgotten.
const REMEMBERED: u64 = 50_000;
/// What one address may get wrong about one client: ten times, then once every six seconds.
const OF_CLIENT: Allowance = Allowance { failures: 10, recovery: Duration::from_secs(6) };
/// What one address may get wrong altogether: a hundred times, then five times every three seconds.
const OF_ADDRESS: Allowance = Allowance { failures: 100, recovery: Duration::from_millis(600) };

/// How many failures are borne, and how long it takes for one to be forgiven.
#[derive(Clone, Copy)]
struct Allowance {
    failures: u32,
    recovery: Duration,
}

/// Who tries: the address, where it is known, and the client it claims to be, where that is the id of one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Attempt {
    address: Option<IpAddr>,
    client: Option<ClientId>,
}

/// Counts failures. Each entry is the moment at which all of them are forgiven.
pub(crate) struct Throttle {
    by_client: Cache<Attempt, Timestamp>,
    by_address: Cache<Option<IpAddr>, Timestamp>,
}

impl Attempt {
    /// An attempt from `address` with `client_id`.
    pub(crate) fn new(address: Option<IpAddr>, client_id: &str) -> Self {
        Self { address: address.map(network), client: ClientId::parse(client_id).ok() }
    }
}

impl Throttle {
    pub(crate) fn new() -> Self {
        Self { by_client: Cache::new(REMEMBERED), by_address: Cache::new(REMEMBERED) }
    }

    /// How long somebody whose credentials were wrong has to wait; `None` while that happens within the bounds.
    pub(crate) fn wait(&self, attempt: &Attempt, now: Timestamp) -> Option<Duration> {
        let of_client = self.by_client.get(attempt).and_then(|it| OF_CLIENT.wait(it, now));
        let of_address = || self.by_address.get(&attempt.address).and_then(|it| OF_ADDRESS.wait(it, now));
        of_client.or_else(of_address)
    }

    /// The credentials were wrong.
    pub(crate) fn failed(&self, attempt: &Attempt, now: Timestamp) {
        charge(&self.by_client, attempt.clone(), OF_CLIENT, now);
        charge(&self.by_address, attempt.address, OF_ADDRESS, now);
    }
}

impl Allowance {
    fn wait(self, forgiven_at: Timestamp, now: Timestamp) -> Option<Duration> {
        let owed = now.until(forgiven_at);
        // One more must still fit.
        let borne = self.recovery * (self.failures - 1);
        owed.checked_sub(borne).filter(|it| !it.is_zero())
    }
}

fn charge<K>(cache: &Cache<K, Timestamp>, key: K, allowance: Allowance, now: Timestamp)
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
{
    cache.entry(key).and_compute_with(|entry| {
        let forgiven_at = entry.map_or(now, |it| it.into_value().max(now));
        // What is attempted while nothing is looked at makes nobody wait longer.
        Op::Put(forgiven_at.plus(allowance.recovery).min(now.plus(allowance.recovery * allowance.failures)))
    });
}

/// One home or office gets a whole IPv6 /64, so that is what counts as one address there.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

    fn attempt(address: &str, client: &str) -> Attempt {
        Attempt::new(Some(address.parse().unwrap()), client)
    }

    /// How many of `attempts`, all of them wrong, are answered without being told to wait.
    fn looked_at(throttle: &Throttle, attempts: impl Iterator<Item = Attempt>) -> usize {
        let look = |it: &Attempt| {
            let looked = throttle.wait(it, NOW).is_none();
            if looked {
                throttle.failed(it, NOW);
            }
            looked
        };
        attempts.filter(look).count()
    }

    #[test]
    fn d7_guesses_are_counted_by_address_and_client() {
        let throttle = Throttle::new();
        let ann = attempt("192.0.2.1", "skc_1");
        assert_eq!(looked_at(&throttle, std::iter::repeat_n(ann.clone(), 1000)), 10);
        assert_eq!(throttle.wait(&ann, NOW), Some(Duration::from_secs(6)));
        assert_eq!(throttle.wait(&ann, NOW.plus(Duration::from_secs(6))), None);
        assert_eq!(throttle.wait(&attempt("192.0.2.2", "skc_1"), NOW), None, "elsewhere it is not shut out");
        assert_eq!(throttle.wait(&attempt("192.0.2.1", "skc_2"), NOW), None, "nor are others");
        let mapped = attempt("::ffff:192.0.2.1", "skc_1");
        assert!(throttle.wait(&mapped, NOW).is_some(), "another spelling is no other address");
    }

    #[test]
    fn d7_many_names_from_one_network_are_one_guesser() {
        let throttle = Throttle::new();
        let names = (1..=1000).map(|it| attempt(&format!("2001:db8::{it:x}"), &format!("skc_{it}")));
        assert_eq!(looked_at(&throttle, names), 100);
        let nonsense = (0..10).map(|_| attempt("2001:db8::1", "no id"));
        assert_eq!(looked_at(&throttle, nonsense), 0);
        assert_eq!(
            throttle.wait(&attempt("2001:db8:1::1", "skc_0"), NOW),
            None,
            "the network next door is another"
        );
    }
}
