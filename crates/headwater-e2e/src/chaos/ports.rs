//! Ports that are free now, and stay so until they are listened on.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context as _, Result};

/// Below those that the system gives to connections, so that none of these takes one meanwhile.
const FIRST: u16 = 12_000;
const COUNT: u16 = 20_000;

/// A port of this machine that nobody listens on, and that this process has not chosen before.
pub(super) fn free() -> Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Two runs beside each other begin at different places.
    let start = u16::try_from(std::process::id().wrapping_mul(211) % u32::from(COUNT))?;
    let found = (0..COUNT).find_map(|_| {
        let place = (start + NEXT.fetch_add(1, Ordering::SeqCst) % COUNT) % COUNT;
        let port = FIRST + place;
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok().map(|_| port)
    });
    found.context("no port is free")
}
