//! The binary under test.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;

use anyhow::{Context as _, Result, ensure};

use crate::root;

/// The binary, built once per run of the tests.
pub fn path() -> Result<PathBuf> {
    static BUILT: OnceLock<bool> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "headwater"])
            .current_dir(root())
            .status();
        status.is_ok_and(|status| status.success())
    });
    ensure!(*built, "the binary could not be built");
    Ok(root().join("target/debug/headwater"))
}

/// Runs the binary to its end.
pub fn run(arguments: &[&str]) -> Result<Output> {
    Command::new(path()?).args(arguments).output().context("the binary could not be started")
}

/// Runs the binary, which must succeed, and returns what it printed.
pub fn succeed(arguments: &[&str]) -> Result<String> {
    let output = run(arguments)?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{arguments:?} failed: {errors}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
