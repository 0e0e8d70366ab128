//! Running other programs.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// A program that will run in some directory.
pub(crate) struct Program {
    name: &'static str,
    command: Command,
}

impl Program {
    pub(crate) fn new(directory: &Path, name: &'static str) -> Self {
        let mut command = Command::new(name);
        command.current_dir(directory);
        Self { name, command }
    }

    /// Adds a variable to its environment.
    pub(crate) fn with(mut self, variable: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(variable, value);
        self
    }

    /// Runs it, its output going to ours; fails when it fails.
    pub(crate) fn run(mut self, arguments: &[&str]) -> Result<()> {
        let Self { name, command } = &mut self;
        println!("\n$ {name} {}", arguments.join(" "));
        let status = command.args(arguments).status().with_context(|| could_not_start(name))?;
        if status.success() { Ok(()) } else { bail!("`{name} {}` failed: {status}", arguments.join(" ")) }
    }

    /// Runs it and returns what it printed.
    pub(crate) fn capture(mut self, arguments: &[&str]) -> Result<String> {
        let Self { name, command } = &mut self;
        let output = command
            .args(arguments)
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| could_not_start(name))?;
        if !output.status.success() {
            bail!("`{name} {}` failed: {}", arguments.join(" "), output.status);
        }
        String::from_utf8(output.stdout)
            .with_context(|| format!("`{name}` printed something that is not text"))
    }
}

fn could_not_start(name: &str) -> String {
    format!("`{name}` could not be started")
}
