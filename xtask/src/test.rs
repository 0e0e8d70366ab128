//! `cargo xtask test`: every check and every test, one after the other.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::run::Program;
use crate::{chromium, docs, postgres, tidy};

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

/// Experiments with the real binary: killed, starved and lied to. A command of its own: what it waits for takes its time,
/// and a machine that is busy with something else must not turn a test run red.
pub(crate) fn run_chaos(root: &Path, full: bool, amounts: &[String], only: Option<&str>) -> Result<()> {
    postgres::ensure(root)?;
    let mut arguments =
        vec!["run", "--quiet", "--package", "headwater-e2e", "--bin", "chaos", "--locked", "--"];
    arguments.extend(full.then_some("--full"));
    let amounts: Vec<String> = amounts.iter().map(|amount| format!("--{amount}")).collect();
    arguments.extend(amounts.iter().map(String::as_str));
    arguments.extend(only);
    Program::new(root, "cargo").run(&arguments)
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
