//! What cargo knows about the workspace.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::run::Program;

/// One package of the workspace and what it depends on, tests left out.
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) folder: String,
    pub(crate) dependencies: Vec<String>,
}

/// Asks cargo for the packages of the workspace.
pub(crate) fn read(root: &Path) -> Result<Vec<Package>> {
    let text = Program::new(root, "cargo").capture(&[
        "metadata",
        "--format-version",
        "1",
        "--no-deps",
        "--offline",
    ])?;
    let metadata: Value = serde_json::from_str(&text).context("cargo metadata is not JSON")?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    packages
        .iter()
        .map(|package| read_package(package).context("a package of cargo metadata is incomplete"))
        .collect()
}

fn read_package(package: &Value) -> Option<Package> {
    let manifest = Path::new(package["manifest_path"].as_str()?);
    let folder = manifest.parent()?.file_name()?.to_string_lossy().into_owned();
    let normal = |dependency: &&Value| dependency["kind"].as_str() != Some("dev");
    let name = |dependency: &Value| dependency["name"].as_str().map(str::to_owned);
    let dependencies = package["dependencies"].as_array()?.iter().filter(normal).filter_map(name).collect();
    Some(Package { name: package["name"].as_str()?.to_owned(), folder, dependencies })
}
