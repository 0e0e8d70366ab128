//! PostgreSQL's server programs, which the tests of its store start for themselves.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::run::Program;

/// Installs them where they are missing, from Debian's packages.
pub(crate) fn ensure(root: &Path) -> Result<()> {
    if folders().any(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file()) {
        return Ok(());
    }
    let apt = |arguments: &[&str]| {
        Program::new(root, "apt-get")
            .with("DEBIAN_FRONTEND", "noninteractive")
            .run(arguments)
            .context("install PostgreSQL 12 or newer; the tests start a private server with its programs")
    };
    apt(&["update", "--quiet"])?;
    apt(&["install", "--quiet", "--yes", "--no-install-recommends", "postgresql"])
}

/// The path, and where Debian puts them.
fn folders() -> impl Iterator<Item = PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "where programs are is no configuration")]
    let path: Vec<PathBuf> = env::var_os("PATH").iter().flat_map(env::split_paths).collect();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    path.into_iter().chain(debian.map(|entry| entry.path().join("bin")))
}
