//! `cargo xtask test`: every check and every test, one after the other.

use std::path::Path;

use anyhow::Result;

use crate::run::Program;
use crate::{chaos, chromium, docs, postgres, tidy};

/// Property tests try the same cases in every run.
const SEED: (&str, &str) = ("PROPTEST_RNG_SEED", "20261101");

/// Names a folder with Atlassian's OpenAPI documents, which are not ours to publish. Tests that compare with them are
/// ignored without it.
const DOCUMENTS: &str = "VENDOR_DOCUMENTS";

/// Runs everything in the checkout at `root`. The end-to-end tests install the published SDKs into
/// `target/e2e`, from lists of exact versions.
pub(crate) fn run_all(root: &Path, without_sdks: bool) -> Result<()> {
    let cargo = |arguments: &[&str]| Program::new(root, "cargo").run(arguments);
    cargo(&["fmt", "--all", "--check"])?;
    tidy::run(root)?;
    docs::check(root)?;
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
    postgres::ensure(root)?;
    chromium::ensure(root)?;
    run_unit_tests(root)?;
    cargo(&["build", "--package", "headwater", "--locked"])?;
    let mut end_to_end = vec!["test", "--package", "headwater-e2e", "--locked"];
    if without_sdks {
        end_to_end.extend(["--", "--skip", "sdk::"]);
    }
    cargo(&end_to_end)?;
    chaos::run(root, chaos::Size::Small, &[], None)?;
    run_simulation(root)
}

/// How many worlds the refresh protocol lives through.
const SIMULATED_WORLDS: (&str, &str) = ("SIMULATION_SEEDS", "20000");

/// The refresh protocol in simulated time, with replicas that die and a provider that fails at random. Optimized,
/// because there are many worlds.
fn run_simulation(root: &Path) -> Result<()> {
    let cargo = Program::new(root, "cargo").with(SIMULATED_WORLDS.0, SIMULATED_WORLDS.1);
    cargo.run(&[
        "test",
        "--release",
        "--package",
        "headwater-service",
        "--all-features",
        "--lib",
        "--locked",
        "whatever_happens_the_grant_survives",
    ])
}

fn run_unit_tests(root: &Path) -> Result<()> {
    let cargo = || Program::new(root, "cargo").with(SEED.0, SEED.1);
    cargo().run(&["test", "--workspace", "--exclude", "headwater-e2e", "--all-features", "--locked"])?;
    #[expect(clippy::disallowed_methods, reason = "the only thing that is to be told")]
    if std::env::var_os(DOCUMENTS).is_none() {
        return Ok(());
    }
    cargo().run(&[
        "test",
        "--package",
        "headwater-confluence",
        "--all-features",
        "--locked",
        "--",
        "--ignored",
    ])
}
