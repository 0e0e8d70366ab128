//! The published SDKs against a freshly started server.

use std::process::Command;

use headwater_e2e::dev_server::DevServer;
use headwater_e2e::{binary, root, sdks};

#[test]
fn python() {
    let status = Command::new(sdks::python().unwrap())
        .args(["-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider", "tests"])
        .current_dir(root().join("crates/headwater-e2e/sdk/python"))
        .env("E2E_BINARY", binary::path().unwrap())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn node() {
    let directory = tempfile::tempdir().unwrap();
    let folder = sdks::node().unwrap();
    let server = DevServer::start(directory.path(), &["--consent", "auto"], "NODE_EXTRA_CA_CERTS=").unwrap();
    let status = Command::new("node")
        .args(["--test", "test/page.test.mjs", "test/webhooks.test.mjs"])
        .current_dir(folder)
        .envs(server.environment())
        .env("E2E_BINARY", binary::path().unwrap())
        .env("E2E_DATA", directory.path().join("data"))
        .status()
        .unwrap();
    assert!(status.success());
}
