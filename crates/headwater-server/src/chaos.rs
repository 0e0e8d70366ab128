//! Experiments on this very process: it dies, stops, lives in another time, or lacks a defence. Only in builds with the
//! feature `chaos`, which are never for use.

mod clock;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use headwater_ports::clock::Clock;
use headwater_ports::store::Store;
use headwater_ports::weakened::WeakenedStore;
use headwater_service::chaos::{Chaos, Strike};
use nix::sys::signal::{Signal, raise};

use self::clock::TurnedClock;
use crate::clock::SystemClock;
use crate::config::ConfigError;
use crate::config::chaos::ChaosConfig;

/// What the settings ask for.
pub(crate) fn set_up(config: &ChaosConfig) -> Result<Chaos, ConfigError> {
    let (crash, stop) = (config.crash_point()?, config.stop_point()?);
    let stopped = AtomicBool::new(false);
    let strike: Strike = Arc::new(move |point| {
        if crash == Some(point) {
            strike_with(Signal::SIGKILL);
        }
        if stop == Some(point) && !stopped.swap(true, Ordering::SeqCst) {
            strike_with(Signal::SIGSTOP);
        }
    });
    Ok(Chaos { strike: Some(strike), without: config.lacking()?.memory })
}

/// The store, without the defences that the experiment takes away.
pub(crate) fn store(store: Arc<dyn Store>, config: &ChaosConfig) -> Result<Arc<dyn Store>, ConfigError> {
    Ok(Arc::new(WeakenedStore::new(store, &config.lacking()?.store)))
}

/// The machine's clock, or one that is turned.
pub(crate) fn clock(config: &ChaosConfig) -> Arc<dyn Clock> {
    match &config.clock_file {
        Some(file) => Arc::new(TurnedClock::new(file.clone())),
        None => Arc::new(SystemClock::default()),
    }
}

/// Returns when the signal has had its effect: never, or when somebody lets the process go on. It is sent to this very
/// thread. One that is sent to the process may be taken by another thread, and until that one gets its turn on a busy
/// machine, this one goes on past the point at which it was to be struck.
fn strike_with(signal: Signal) {
    if let Err(error) = raise(signal) {
        tracing::error!(%error, "a signal to this process could not be sent");
    }
}
