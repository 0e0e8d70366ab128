//! The published SDKs against a freshly started server.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use headwater_e2e::dev_server::DevServer;
use headwater_e2e::postgres::Postgres;
use headwater_e2e::{binary, root, sdks};

mod pages;

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

/// What is kept must be kept alike by both stores.
#[test]
fn python_on_postgres() {
    let database = Postgres::start().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key");
    // Servers on one database need one key, whatever their data directories.
    std::fs::write(&key, "ZTJlLWUyZS1lMmUtZTJlLWUyZS1lMmUtZTJlLWUyZTE=\n").unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let status = Command::new(sdks::python().unwrap())
        .args(["-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider"])
        .args(["tests/test_accounts.py", "tests/test_verification.py", "tests/test_webhooks.py"])
        // These start a second server, which would lead the one connection to a sandbox of its own.
        .args(["-k", "not required and not second and not two_servers"])
        .current_dir(root().join("crates/headwater-e2e/sdk/python"))
        .env("E2E_BINARY", binary::path().unwrap())
        .env("HEADWATER_DATABASE__URL", database.address())
        .env("HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY_FILE", &key)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn node() {
    let directory = tempfile::tempdir().unwrap();
    let folder = sdks::node().unwrap();
    // Its tests go on from there to plain http on the same port.
    let server = DevServer::ready(directory.path(), &["--consent", "auto", "--https"]).unwrap();
    let status = Command::new("node")
        .arg("--test")
        .args(sdks::NODE_TESTS)
        .current_dir(folder)
        .envs(server.environment())
        .env("E2E_BINARY", binary::path().unwrap())
        .env("E2E_DATA", directory.path().join("data"))
        .status()
        .unwrap();
    assert!(status.success());
}

/// The published Node SDK under the policies that `dev` does not have by default.
#[test]
fn node_without_credentials() {
    for policy in ["nothing", "access"] {
        let directory = tempfile::tempdir().unwrap();
        let settings = [("HEADWATER_POLICY__CREDENTIALS", policy)];
        let arguments = ["--consent", "auto"];
        let server = DevServer::ready_with(directory.path(), &arguments, &settings).unwrap();
        let status = Command::new("node")
            .args(["--test", sdks::NODE_CREDENTIALS])
            .current_dir(sdks::node().unwrap())
            .envs(server.environment())
            .env("E2E_BINARY", binary::path().unwrap())
            .env("E2E_DATA", directory.path().join("data"))
            .env("E2E_POLICY", policy)
            .status()
            .unwrap();
        assert!(status.success(), "{policy}");
    }
}
