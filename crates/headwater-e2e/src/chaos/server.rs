//! A program that runs until it is stopped or killed.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::stopwatch::Stopwatch;

/// How long one request waits that is to show whether a program serves already.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// How long an experiment waits for what it needs before it is given up.
const PATIENCE: Duration = Duration::from_secs(300);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// `SIGKILL`.
const KILLED: i32 = 9;

/// How to start it.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) environment: Vec<(String, String)>,
    /// The port that it serves on.
    pub(super) port: u16,
    /// Where its log goes.
    pub(super) log: PathBuf,
}

/// It, running. It is killed when dropped.
pub(super) struct Running(Child);

impl Recipe {
    /// Starts it and returns once it serves.
    pub(super) fn start(&self) -> Result<Running> {
        let mut running = self.spawn()?;
        ensure!(self.comes_up(&mut running)?, "it ended at once\n{}", tail(&self.log));
        Ok(running)
    }

    /// Starts it, and returns once it serves or has killed itself.
    pub(super) fn start_doomed(&self) -> Result<Running> {
        let mut running = self.spawn()?;
        ensure!(
            self.comes_up(&mut running)? || running.dead()?,
            "it ended in another way than it should\n{}",
            tail(&self.log)
        );
        Ok(running)
    }

    /// The same with another environment.
    pub(super) fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.environment.push((name.to_owned(), value.to_owned()));
        changed
    }

    fn spawn(&self) -> Result<Running> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let child = Command::new(&self.program)
            .args(&self.arguments)
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("{} could not be started", self.program.display()))?;
        Ok(Running(child))
    }

    /// Whether it serves in the end; otherwise it has ended.
    fn comes_up(&self, running: &mut Running) -> Result<bool> {
        let mut ended = false;
        let over = until("a program to serve", || {
            ended = !matches!(running.0.try_wait(), Ok(None));
            ended || serves(self.port)
        });
        over.with_context(|| format!("port {}\n{}", self.port, tail(&self.log)))?;
        Ok(!ended)
    }
}

/// Whether a request to this port is answered, with whatever. That a program listens does not say that it is ready: what
/// it does first may take long, and keep others from starting beside it.
fn serves(port: u16) -> bool {
    let answered = || -> std::io::Result<usize> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        stream.read(&mut [0])
    };
    answered().is_ok_and(|bytes| bytes > 0)
}

impl Running {
    /// Ends it as a power cut would: nothing is flushed, nobody is told.
    pub(super) fn kill(mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }

    /// Whether it was killed, by whomever.
    pub(super) fn dead(&mut self) -> Result<bool> {
        Ok(self.0.try_wait()?.is_some_and(|status| status.signal() == Some(KILLED)))
    }

    /// Sends it a signal by its name, such as `STOP`.
    pub(super) fn signal(&self, name: &str) -> Result<()> {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.0.id().to_string()).status()?;
        ensure!(status.success(), "signal {name} could not be sent");
        Ok(())
    }

    /// Whether it is stopped.
    pub(super) fn stopped(&self) -> bool {
        self.state() == Some('T')
    }

    /// Whether it has not ended, by whatever.
    pub(super) fn runs(&self) -> bool {
        self.state().is_some_and(|state| state != 'Z')
    }

    /// Its state, as Linux tells it. It comes behind the name, which is in parentheses.
    fn state(&self) -> Option<char> {
        let status = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id())).ok()?;
        status.rsplit_once(") ")?.1.chars().next()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Lets time pass. Chaos cannot go by events alone: it strikes at moments that nothing announces.
pub(super) fn pause(duration: Duration) {
    let (_keep, never) = mpsc::channel::<()>();
    let _timed_out = never.recv_timeout(duration);
}

/// Waits for something to come about. How long that takes decides nothing: a machine may be as busy as it likes.
///
/// # Errors
/// After [`PATIENCE`]: then the experiment could not be carried out. It has not shown that a rule was broken.
pub(super) fn until(what: &str, mut holds: impl FnMut() -> bool) -> Result<()> {
    let watch = Stopwatch::start();
    while !holds() {
        ensure!(watch.elapsed() < PATIENCE, "{} seconds were not enough for {what}", PATIENCE.as_secs());
        pause(LOOK_AGAIN);
    }
    Ok(())
}

/// The end of a log.
pub(super) fn tail(log: &Path) -> String {
    let mut text = String::new();
    if let Ok(file) = std::fs::File::open(log) {
        let mut reader = BufReader::new(file);
        drop(reader.fill_buf());
        drop(reader.read_to_string(&mut text));
    }
    let lines: Vec<&str> = text.lines().rev().take(8).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
