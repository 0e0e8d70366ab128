//! The harness of the end-to-end tests: the real binary, started as a user would start it, and the published SDKs,
//! installed once from lists of exact versions.

pub mod binary;
pub mod browser;
pub mod chaos;
pub mod dev_server;
pub mod postgres;
pub mod sdks;

use std::path::{Path, PathBuf};

/// The checkout.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map_or_else(|| here.to_path_buf(), Path::to_path_buf)
}
