//! `headwater dev` in the background.

use std::io::{self, BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result, bail};

use crate::binary;

/// A server on free ports; stopped when dropped.
pub struct DevServer {
    child: Child,
    /// What it printed until the line that was waited for.
    pub lines: Vec<String>,
}

impl DevServer {
    /// Starts `headwater dev` with `arguments` and data in `directory`, and waits until it has printed the environment for
    /// SDKs.
    pub fn ready(directory: &Path, arguments: &[&str]) -> Result<Self> {
        Self::ready_with(directory, arguments, &[])
    }

    /// The same, with more variables in its environment.
    pub fn ready_with(directory: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Result<Self> {
        let last = if arguments.contains(&"--https") {
            "NODE_EXTRA_CA_CERTS="
        } else {
            "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH="
        };
        Self::start(directory, arguments, settings, last)
    }

    /// Starts it, and waits for a line that begins with `until`.
    pub fn until(directory: &Path, arguments: &[&str], until: &str) -> Result<Self> {
        Self::start(directory, arguments, &[], until)
    }

    fn start(directory: &Path, arguments: &[&str], settings: &[(&str, &str)], until: &str) -> Result<Self> {
        let mut child = Command::new(binary::path()?)
            .args(["dev", "--port", "0", "--sandbox-port", "0", "--data-dir"])
            .arg(directory.join("data"))
            .args(arguments)
            // Revoked grants are believed at once: no test waits for the second refusal.
            .env("HEADWATER_REFRESH__CONFIRM_AFTER_SECONDS", "0")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("the server could not be started")?;
        let output = child.stdout.take().context("the server has no output")?;
        let mut server = Self { child, lines: Vec::new() };
        let mut output = BufReader::new(output);
        loop {
            let mut line = String::new();
            if output.read_line(&mut line)? == 0 {
                break;
            }
            line.truncate(line.trim_end_matches('\n').len());
            let found = line.starts_with(until);
            server.lines.push(line);
            if found {
                // A server whose output nobody reads would wait for the reader in the end.
                thread::spawn(move || io::copy(&mut output, &mut io::sink()));
                return Ok(server);
            }
        }
        bail!("the server ended before it printed `{until}`:\n{}", server.lines.join("\n"))
    }

    /// The environment for SDKs, as the server printed it.
    pub fn environment(&self) -> Vec<(String, String)> {
        let pair = |line: &String| {
            let (key, value) = line.split_once('=')?;
            let name = key.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
            name.then(|| (key.to_owned(), value.to_owned()))
        };
        self.lines.iter().filter_map(pair).collect()
    }
}

impl Drop for DevServer {
    fn drop(&mut self) {
        // Asks first, so that the server's own way of stopping is exercised by every test.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            drop(self.child.kill());
        }
        drop(self.child.wait());
    }
}
