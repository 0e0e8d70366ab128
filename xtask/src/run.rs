//! Running other programs.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// Runs a program in `directory`, its output going to ours; fails when it fails.
pub(crate) fn run(directory: &Path, program: &str, arguments: &[&str]) -> Result<()> {
    println!("\n$ {program} {}", arguments.join(" "));
    let status = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .status()
        .with_context(|| format!("`{program}` could not be started"))?;
    if status.success() { Ok(()) } else { bail!("`{program} {}` failed: {status}", arguments.join(" ")) }
}

/// Runs a program and returns what it printed.
pub(crate) fn capture(directory: &Path, program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("`{program}` could not be started"))?;
    if !output.status.success() {
        bail!("`{program} {}` failed: {}", arguments.join(" "), output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{program}` printed something that is not text"))
}
