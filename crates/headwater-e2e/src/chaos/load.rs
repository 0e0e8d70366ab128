//! Programs that call tools without a pause.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Result;

use super::rig::{Caller, Rig};
use super::server::pause;

/// How long a program waits before it tries a server that does not answer again.
const RETRY_AFTER: Duration = Duration::from_millis(20);

/// Callers in the background, one for each account.
pub(super) struct Load {
    over: Arc<AtomicBool>,
    succeeded: Arc<AtomicU32>,
    callers: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts a caller for each account; they take turns with the replicas.
    pub(super) fn begin(rig: &Rig) -> Result<Self> {
        let (over, succeeded) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let mut threads = Vec::new();
        for (number, account) in rig.accounts.iter().enumerate() {
            let callers: Vec<Caller> =
                (0..rig.urls.len()).map(|place| rig.caller(place, account)).collect::<Result<_>>()?;
            let (over, succeeded) = (Arc::clone(&over), Arc::clone(&succeeded));
            threads.push(thread::spawn(move || {
                let mut turn = callers.iter().cycle().skip(number);
                while !over.load(Ordering::SeqCst) {
                    let Some(caller) = turn.next() else { return };
                    match caller.call() {
                        Ok((200, _)) => drop(succeeded.fetch_add(1, Ordering::SeqCst)),
                        _ => pause(RETRY_AFTER),
                    }
                }
            }));
        }
        Ok(Self { over, succeeded, callers: threads })
    }

    /// How many calls succeeded.
    pub(super) fn succeeded(&self) -> u32 {
        self.succeeded.load(Ordering::SeqCst)
    }

    /// Lets the callers end.
    pub(super) fn end(self) -> u32 {
        self.over.store(true, Ordering::SeqCst);
        for caller in self.callers {
            drop(caller.join());
        }
        self.succeeded.load(Ordering::SeqCst)
    }
}
