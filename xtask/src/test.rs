//! `cargo xtask test`: every check and every test, one after the other.

use std::path::Path;

use anyhow::Result;

use crate::run::run;
use crate::tidy;

/// Runs everything in the checkout at `root`. The end-to-end tests install the published SDKs into
/// `target/e2e`, from lists of exact versions.
pub(crate) fn run_all(root: &Path, without_sdks: bool) -> Result<()> {
    let cargo = |arguments: &[&str]| run(root, "cargo", arguments);
    cargo(&["fmt", "--all", "--check"])?;
    tidy::run(root)?;
    cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--locked",
        "--",
        "--deny",
        "warnings",
    ])?;
    cargo(&["test", "--workspace", "--exclude", "headwater-e2e", "--all-features", "--locked"])?;
    cargo(&["build", "--package", "headwater", "--locked"])?;
    let mut end_to_end = vec!["test", "--package", "headwater-e2e", "--locked"];
    if without_sdks {
        end_to_end.extend(["--", "--skip", "sdk::"]);
    }
    cargo(&end_to_end)
}
