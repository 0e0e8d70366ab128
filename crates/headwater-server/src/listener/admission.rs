//! Who gets in: caps on open connections, in total and per client address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use parking_lot::Mutex;

use super::limits::Limits;

/// Counts open connections. Cheap to clone; all clones count together.
#[derive(Clone)]
pub(super) struct Admission {
    total: usize,
    per_address: usize,
    open: Arc<Mutex<Open>>,
}

#[derive(Default)]
struct Open {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A place that is given back when this is dropped.
pub(super) struct Admitted {
    admission: Admission,
    address: Option<IpAddr>,
    in_total: bool,
}

/// Why a connection was turned away.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    /// Everybody together holds too many.
    #[error("all {0} connections are in use")]
    Full(usize),
    /// This client holds too many.
    #[error("this address holds {0} connections already")]
    AddressFull(usize),
}

impl Admission {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { total: limits.connections, per_address: limits.connections_per_address, open: Arc::default() }
    }

    /// Takes a place for a connection; also among those of its client, when that is known to be `address`.
    pub(super) fn admit(&self, address: Option<IpAddr>) -> Result<Admitted, Refused> {
        let mut open = self.open.lock();
        if open.total >= self.total {
            return Err(Refused::Full(self.total));
        }
        let address = address.map(|it| self.count(&mut open, it)).transpose()?;
        open.total += 1;
        Ok(Admitted { admission: self.clone(), address, in_total: true })
    }

    /// Counts a connection that has a place already among those of `address`, which is known only now.
    pub(super) fn admit_client(&self, address: IpAddr) -> Result<Admitted, Refused> {
        let mut open = self.open.lock();
        let address = Some(self.count(&mut open, address)?);
        Ok(Admitted { admission: self.clone(), address, in_total: false })
    }

    fn count(&self, open: &mut Open, address: IpAddr) -> Result<IpAddr, Refused> {
        let address = counted_as(address);
        let held = open.by_address.entry(address).or_default();
        if *held >= self.per_address {
            return Err(Refused::AddressFull(self.per_address));
        }
        *held += 1;
        Ok(address)
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut open = self.admission.open.lock();
        if self.in_total {
            open.total = open.total.saturating_sub(1);
        }
        let Some(address) = self.address else { return };
        let held = open.by_address.get(&address).copied().unwrap_or(0);
        if held <= 1 {
            open.by_address.remove(&address);
        } else {
            open.by_address.insert(address, held - 1);
        }
    }
}

/// One home or office gets a whole IPv6 /64, so that is what counts as one client there.
fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(connections: usize, connections_per_address: usize) -> Admission {
        Admission::new(&Limits { connections, connections_per_address, ..Limits::default() })
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn places_are_counted_per_address_and_given_back() {
        let admission = admission(10, 2);
        let first = admission.admit(Some(address("192.0.2.1"))).ok().unwrap();
        let _second = admission.admit(Some(address("192.0.2.1"))).ok().unwrap();
        assert_eq!(admission.admit(Some(address("192.0.2.1"))).err(), Some(Refused::AddressFull(2)));
        assert_eq!(admission.admit(Some(address("::ffff:192.0.2.1"))).err(), Some(Refused::AddressFull(2)));
        assert!(admission.admit(Some(address("192.0.2.2"))).is_ok());
        drop(first);
        assert!(admission.admit(Some(address("192.0.2.1"))).is_ok());
    }

    #[test]
    fn d7_a_proxys_connections_are_counted_by_client_once_that_is_known() {
        let admission = admission(10, 1);
        let _several: Vec<_> = (0..5).map(|_| admission.admit(None).ok().unwrap()).collect();
        let one = admission.admit_client(address("192.0.2.1")).ok().unwrap();
        assert_eq!(admission.admit_client(address("192.0.2.1")).err(), Some(Refused::AddressFull(1)));
        drop(one);
        assert!(admission.admit_client(address("192.0.2.1")).is_ok());
        assert_eq!(admission.open.lock().total, 5, "each was counted once");
    }

    #[test]
    fn everybody_together_is_capped() {
        let admission = admission(2, 2);
        let _one = admission.admit(Some(address("192.0.2.1"))).ok().unwrap();
        let two = admission.admit(Some(address("192.0.2.2"))).ok().unwrap();
        assert_eq!(admission.admit(Some(address("192.0.2.3"))).err(), Some(Refused::Full(2)));
        drop(two);
        assert!(admission.admit(Some(address("192.0.2.3"))).is_ok());
        assert_eq!(admission.open.lock().by_address.len(), 1, "an address without connections is forgotten");
    }

    #[test]
    fn f6_an_ipv6_network_counts_as_one_client() {
        let admission = admission(10, 1);
        let _one = admission.admit(Some(address("2001:db8::1"))).ok().unwrap();
        assert_eq!(admission.admit(Some(address("2001:db8::ffff:2"))).err(), Some(Refused::AddressFull(1)));
        assert!(admission.admit(Some(address("2001:db8:0:1::1"))).is_ok());
    }
}
