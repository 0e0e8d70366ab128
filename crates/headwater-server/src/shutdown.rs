//! Ctrl-C and SIGTERM: the first asks for an orderly stop, the second ends the process at once.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The signals that stop a server. From the moment this exists they no longer end the process by themselves.
pub struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

/// A source of signals.
trait Signals {
    /// Waits for the next one: the exit code that a shell expects of a process it ended.
    fn next(&mut self) -> impl Future<Output = i32> + Send;
}

impl StopSignals {
    /// Starts to listen for them. Must be called within the runtime.
    pub fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Cancels `shutdown` at the first signal and ends the process at the second. Runs until then: spawn it, and
    /// drop it when the stop is complete.
    pub async fn cancel(mut self, shutdown: CancellationToken) {
        watch(&mut self, shutdown, exit_at_once).await;
    }
}

impl Signals for StopSignals {
    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
        }
    }
}

async fn watch(signals: &mut impl Signals, shutdown: CancellationToken, exit: impl FnOnce(i32)) {
    signals.next().await;
    tracing::info!("stopping; send the signal again to end at once");
    shutdown.cancel();
    exit(signals.next().await);
}

#[expect(
    clippy::exit,
    reason = "the operator asked twice; the orderly stop is under way and is what they gave up on"
)]
fn exit_at_once(code: i32) {
    tracing::warn!("ended at once; requests under way were cut");
    std::process::exit(code);
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::process::Command;

    use tokio::sync::mpsc;

    use super::*;

    impl Signals for mpsc::UnboundedReceiver<i32> {
        async fn next(&mut self) -> i32 {
            self.recv().await.unwrap()
        }
    }

    #[tokio::test]
    async fn the_first_signal_stops_and_the_second_exits() {
        let (send, mut receive) = mpsc::unbounded_channel();
        let shutdown = CancellationToken::new();
        let exited = Cell::new(None);
        let watching = watch(&mut receive, shutdown.clone(), |code| exited.set(Some(code)));
        let signalling = async {
            assert!(!shutdown.is_cancelled());
            send.send(143).unwrap();
            shutdown.cancelled().await;
            assert_eq!(exited.get(), None);
            send.send(130).unwrap();
        };
        tokio::join!(watching, signalling);
        assert_eq!(exited.get(), Some(130));
    }

    #[tokio::test]
    async fn a_real_signal_arrives() {
        let shutdown = CancellationToken::new();
        let watching = tokio::spawn(StopSignals::listen().unwrap().cancel(shutdown.clone()));
        let own_id = std::process::id().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &own_id]).status().unwrap().success());
        shutdown.cancelled().await;
        watching.abort();
    }
}
