//! A program that runs until it is stopped or killed.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// How often to look whether a port answers, and how long before a program counts as broken.
const LOOK_EVERY: Duration = Duration::from_millis(10);
const LOOKS: u32 = 3000;

/// How to start it.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) environment: Vec<(String, String)>,
    /// The port that answers when it is ready.
    pub(super) port: u16,
    /// Where its log goes.
    pub(super) log: PathBuf,
}

/// It, running. It is killed when dropped.
pub(super) struct Running(Child);

impl Recipe {
    /// Starts it and returns once its port answers.
    pub(super) fn start(&self) -> Result<Running> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let child = Command::new(&self.program)
            .args(&self.arguments)
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("{} could not be started", self.program.display()))?;
        let mut running = Running(child);
        for _ in 0..LOOKS {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                return Ok(running);
            }
            if let Some(status) = running.0.try_wait()? {
                bail!("it ended at once: {status}\n{}", tail(&self.log));
            }
            pause(LOOK_EVERY);
        }
        bail!("port {} does not answer\n{}", self.port, tail(&self.log))
    }
}

impl Running {
    /// Ends it as a power cut would: nothing is flushed, nobody is told.
    pub(super) fn kill(mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
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
