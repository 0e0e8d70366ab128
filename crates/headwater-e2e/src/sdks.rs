//! The published SDKs, installed into `target/e2e`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context as _, Result, ensure};

use crate::binary::target_directory;
use crate::root;

fn home() -> Result<PathBuf> {
    Ok(target_directory()?.join("e2e"))
}

/// The tests that run on Node.
pub const NODE_TESTS: [&str; 5] = [
    "test/page.test.mjs",
    "test/webhooks.test.mjs",
    "test/confluence-js.test.mjs",
    "test/sizes.test.mjs",
    NODE_CREDENTIALS,
];

/// The test that is run once for each policy for credentials.
pub const NODE_CREDENTIALS: &str = "test/credentials.test.mjs";

/// A Python that has the SDK, from a virtual environment of our own.
pub fn python() -> Result<PathBuf> {
    static INSTALLED: OnceLock<Result<(), String>> = OnceLock::new();
    let venv = home()?.join("venv");
    let python = venv.join("bin/python");
    let outcome = INSTALLED.get_or_init(|| {
        let list = root().join("crates/headwater-e2e/sdk/python/requirements.txt");
        once(&venv, &list, || {
            run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
            run(Command::new(&python)
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
                .arg(&list))
        })
    });
    outcome.clone().map_err(anyhow::Error::msg)?;
    Ok(python)
}

/// A folder with the Node SDK, its tests and the examples.
pub fn node() -> Result<PathBuf> {
    static INSTALLED: OnceLock<Result<(), String>> = OnceLock::new();
    let folder = home()?.join("node");
    let outcome = INSTALLED.get_or_init(|| {
        let source = root().join("crates/headwater-e2e/sdk/node");
        let prepare = || -> Result<()> {
            for name in ["package.json", "package-lock.json"].into_iter().chain(NODE_TESTS) {
                copy(&source.join(name), &folder.join(name))?;
            }
            copy(
                &root().join("crates/headwater-e2e/sdk/first/program.ts"),
                &folder.join("first-program.ts"),
            )?;
            copy(&root().join("examples/quickstart.ts"), &folder.join("quickstart.ts"))
        };
        prepare().map_err(|error| format!("{error:#}"))?;
        once(&folder, &source.join("package-lock.json"), || {
            run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&folder))
        })
    });
    outcome.clone().map_err(anyhow::Error::msg)?;
    Ok(folder)
}

/// Installs unless `folder` was installed from the same list before.
fn once(folder: &Path, list: &Path, install: impl FnOnce() -> Result<()>) -> Result<(), String> {
    let work = || -> Result<()> {
        let wanted = fs::read(list).with_context(|| format!("{} cannot be read", list.display()))?;
        let mark = folder.join("installed-from");
        if fs::read(&mark).is_ok_and(|present| present == wanted) {
            return Ok(());
        }
        fs::create_dir_all(folder)?;
        install()?;
        fs::write(mark, wanted).context("the mark of the installation cannot be written")
    };
    work().map_err(|error| format!("{error:#}"))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::copy(from, to).map(drop).with_context(|| format!("{} cannot be copied", from.display()))
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{command:?} could not be started"))?;
    ensure!(status.success(), "{command:?} failed: {status}");
    Ok(())
}
