//! The binary under test.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;

use anyhow::{Context as _, Result, ensure};

use crate::root;

/// The binary, built once per run of the tests.
pub fn path() -> Result<PathBuf> {
    static BUILT: OnceLock<bool> = OnceLock::new();
    ensure!(*BUILT.get_or_init(|| build(&[])), "the binary could not be built");
    Ok(built())
}

/// The binary with its feature for experiments, built once per run. It lies beside the other one, not in its place.
pub fn for_chaos() -> Result<PathBuf> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    let place = BUILT.get_or_init(|| {
        let place = root().join("target/chaos/headwater");
        std::fs::create_dir_all(place.parent()?).ok()?;
        // Exchanged at once, so that a run beside this one finds it at any moment. One that still runs stays as it is.
        let next = place.with_extension(std::process::id().to_string());
        let copied = build(&["--features", "chaos"]) && std::fs::copy(built(), &next).is_ok();
        (copied && std::fs::rename(&next, &place).is_ok()).then_some(place)
    });
    place.clone().context("the binary for experiments could not be built")
}

fn build(arguments: &[&str]) -> bool {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "headwater"]).args(arguments).current_dir(root());
    cargo.status().is_ok_and(|status| status.success())
}

fn built() -> PathBuf {
    root().join("target/debug/headwater")
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
