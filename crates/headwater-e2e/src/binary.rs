//! The binary under test.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::root;

/// The binary, built once per run of the tests.
pub fn path() -> Result<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let build = || build(&[]).map_err(|error| format!("{error:#}"));
    BUILT.get_or_init(build).clone().map_err(anyhow::Error::msg)
}

/// The binary with its feature for experiments, built once per run. It lies beside the other one, not in its place.
pub fn for_chaos() -> Result<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let build = || build_for_chaos().map_err(|error| format!("{error:#}"));
    BUILT.get_or_init(build).clone().map_err(anyhow::Error::msg)
}

fn build_for_chaos() -> Result<PathBuf> {
    let folder = target_directory()?.join("chaos");
    std::fs::create_dir_all(&folder)?;
    let place = folder.join("headwater");
    // Exchanged at once, so that a run beside this one finds it at any moment. One that still runs stays as it is.
    let next = place.with_extension(std::process::id().to_string());
    std::fs::copy(build(&["--features", "chaos"])?, &next)?;
    std::fs::rename(&next, &place)?;
    Ok(place)
}

/// Builds the binary, and says where cargo has put it.
fn build(arguments: &[&str]) -> Result<PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "headwater", "--message-format", "json-render-diagnostics"]);
    let output = cargo.args(arguments).current_dir(root()).stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the binary could not be built");
    executable(&output.stdout).context("cargo did not say where it has put the binary")
}

/// The binary among the messages of a build, one JSON object a line.
fn executable(messages: &[u8]) -> Option<PathBuf> {
    let messages =
        messages.split(|byte| *byte == b'\n').filter_map(|it| serde_json::from_slice::<Value>(it).ok());
    let ours = messages.filter(|it| it["target"]["name"] == "headwater");
    ours.filter_map(|it| it["executable"].as_str().map(PathBuf::from)).next_back()
}

/// Where cargo puts what it builds here. It is asked, because `CARGO_TARGET_DIR` and `build.target-dir` of any of its
/// configuration files may say so.
pub fn target_directory() -> Result<PathBuf> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let find = || ask_cargo(&[]).map_err(|error| format!("{error:#}"));
    FOUND.get_or_init(find).clone().map_err(anyhow::Error::msg)
}

fn ask_cargo(variables: &[(&str, &str)]) -> Result<PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]).envs(variables.iter().copied());
    let output = cargo.current_dir(root()).output().context("cargo could not be started")?;
    ensure!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata is no JSON")?;
    let directory = metadata["target_directory"].as_str().context("cargo names no target directory")?;
    Ok(PathBuf::from(directory))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n15_cargo_says_where_the_binary_is() {
        let elsewhere = tempfile::tempdir().expect("a directory for the test");
        let named = elsewhere.path().to_str().expect("its name is text");
        assert_eq!(ask_cargo(&[("CARGO_TARGET_DIR", named)]).expect("cargo answers"), elsewhere.path());
        assert_eq!(
            ask_cargo(&[("CARGO_BUILD_TARGET_DIR", named), ("CARGO_TARGET_DIR", named)]).ok(),
            Some(elsewhere.path().to_path_buf())
        );
        let built = r#"{"reason":"compiler-artifact","target":{"name":"headwater"},"executable":"/elsewhere/x86/debug/headwater"}"#;
        let messages = format!("{{\"reason\":\"x\"}}\n{built}\n{{\"reason\":\"build-finished\"}}\n");
        assert_eq!(executable(messages.as_bytes()), Some(PathBuf::from("/elsewhere/x86/debug/headwater")));
        // This very test lies there.
        let here = std::env::current_exe().expect("this program has a place");
        let usual = target_directory().expect("cargo answers");
        assert!(here.starts_with(usual.canonicalize().unwrap_or(usual)), "{}", here.display());
    }
}
