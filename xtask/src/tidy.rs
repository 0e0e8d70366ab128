//! `cargo xtask tidy`: the invariants of ARCHITECTURE.md that a machine can check.
//!
//! Each rule is a pure function from what is in the checkout to a list of complaints, so that each is tested by
//! breaking it on purpose.

mod circles;
mod edges;
mod metadata;
mod modules;
mod reports;
mod sources;
mod supply;
mod threats;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::defences;

/// Where the table of threats is.
pub(crate) const THREATS: &str = threats::TABLE;

/// One Rust file: its path from the checkout's root, and its text.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Runs every rule and fails when one complains.
pub(crate) fn run(root: &Path) -> Result<()> {
    let packages = metadata::read(root)?;
    let files = rust_files(root)?;
    let mut complaints = edges::check(&packages);
    complaints.extend(circles::check(&files));
    complaints.extend(sources::check(&files));
    let table = fs::read_to_string(root.join(threats::TABLE))
        .with_context(|| format!("{} cannot be read", threats::TABLE))?;
    complaints.extend(threats::check(&table, &files));
    let list = fs::read_to_string(root.join(reports::LIST))
        .with_context(|| format!("{} cannot be read", reports::LIST))?;
    complaints.extend(reports::check(&list, &files));
    complaints.extend(defences::check(root, &table)?);
    let lock = fs::read_to_string(root.join("Cargo.lock")).context("Cargo.lock cannot be read")?;
    complaints.extend(supply::check(&lock));
    for complaint in &complaints {
        eprintln!("tidy: {complaint}");
    }
    if complaints.is_empty() {
        println!("tidy: {} packages and {} files keep the invariants", packages.len(), files.len());
        Ok(())
    } else {
        bail!("{} invariants are broken; ARCHITECTURE.md says why they are there", complaints.len())
    }
}

fn rust_files(root: &Path) -> Result<Vec<Source>> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = ["crates", "xtask"].iter().map(|name| root.join(name)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(&path)
                    .with_context(|| format!("{} cannot be read", path.display()))?;
                let path = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}
