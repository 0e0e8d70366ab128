//! Chromium and its driver, with which the end-to-end tests look at pages as people do.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::run::Program;

/// Installs them where they are missing, from Debian's packages.
pub(crate) fn ensure(root: &Path) -> Result<()> {
    if ["chromium", "chromedriver"].iter().all(|it| Path::new("/usr/bin").join(it).is_file()) {
        return Ok(());
    }
    let apt = |arguments: &[&str]| {
        Program::new(root, "apt-get").with("DEBIAN_FRONTEND", "noninteractive").run(arguments).context(
            "install Chromium and chromedriver of the same version; the tests look at pages with them",
        )
    };
    apt(&["update", "--quiet"])?;
    apt(&["install", "--quiet", "--yes", "--no-install-recommends", "chromium", "chromium-driver"])
}
