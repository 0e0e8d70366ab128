//! The demo.

use headwater_e2e::dev_server::DevServer;

#[test]
fn the_demo_walks_through_a_session_and_can_be_repeated() {
    let directory = tempfile::tempdir().unwrap();
    for title in ["\"Hello from headwater\"", "\"Hello from headwater (2)\""] {
        let server = DevServer::until(directory.path(), &["--demo"], "--- done").unwrap();
        let said = server.lines.join("\n");
        for expected in [
            title,
            "connected account is ACTIVE",
            "at version 1",
            "at version 2",
            "Hello from headwater",
            "acting as",
        ] {
            assert!(said.contains(expected), "{expected} is missing in:\n{said}");
        }
    }
}
