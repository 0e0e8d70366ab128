//! `cargo xtask test`: every check and every test, one after the other.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::run::Program;
use crate::{chaos, chromium, docs, postgres, tidy};

/// Property tests try the same cases in every run.
const SEED: (&str, &str) = ("PROPTEST_RNG_SEED", "20261101");

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
    let mut cargo = Program::new(root, "cargo").with(SEED.0, SEED.1);
    match vendor_documents(root) {
        Some(folder) => cargo = cargo.with("VENDOR_DOCUMENTS", folder),
        None => println!(
            "\nno vendor documents beside the checkout: the tests that compare with them are skipped"
        ),
    }
    cargo.run(&["test", "--workspace", "--exclude", "headwater-e2e", "--all-features", "--locked"])
}

/// Documents that are not ours to publish, such as Atlassian's OpenAPI files: a folder `facts` in any folder
/// beside the checkout.
fn vendor_documents(root: &Path) -> Option<PathBuf> {
    let beside = fs::read_dir(root.canonicalize().ok()?.parent()?).ok()?;
    beside
        .flatten()
        .map(|entry| entry.path().join("facts"))
        .find(|folder| folder.join("confluence-openapi-v2.json").is_file())
}
