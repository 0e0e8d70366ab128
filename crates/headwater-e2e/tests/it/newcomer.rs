//! Somebody who starts `headwater dev`, puts what it prints into `.env` and types a first program.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use headwater_e2e::browser::Browser;
use headwater_e2e::dev_server::DevServer;
use headwater_e2e::{root, sdks};
use serde_json::{Value, json};

/// A program that finds nothing in its environment but what every program has.
fn alone(program: &Path, directory: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", r#"exec env -i PATH="$PATH" HOME="$HOME" "$@""#, "sh"]).arg(program);
    command.current_dir(directory).stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// Runs a program that prints a link and waits for Enter. Returns what it printed after that.
fn converse(mut program: Command) -> String {
    let mut child = program.spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    output.read_line(&mut first).unwrap();
    let link = first.trim().strip_prefix("Authorize Confluence: ").unwrap_or_else(|| panic!("{first:?}"));
    assert!(link.starts_with("http://localhost:"), "{link}");
    assert_eq!(ureq::get(link).call().unwrap().status(), 200);
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(child.wait().unwrap().success(), "{rest}");
    rest
}

#[test]
fn n1_the_environment_file_is_all_that_a_first_program_needs() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join(".env");
    let _server =
        DevServer::ready(directory.path(), &["--consent", "auto", "--env-file", file.to_str().unwrap()])
            .unwrap();
    let written = std::fs::read_to_string(&file).unwrap();
    let names: Vec<&str> = written.lines().filter_map(|line| line.split_once('=')).map(|it| it.0).collect();
    let expected = [
        "SCALEKIT_ENV_URL",
        "SCALEKIT_ENVIRONMENT_URL",
        "SCALEKIT_CLIENT_ID",
        "SCALEKIT_CLIENT_SECRET",
        "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    ];
    assert_eq!(names, expected, "{written}");

    // A program finds `.env` beside itself or where it is started.
    std::fs::copy(
        root().join("crates/headwater-e2e/sdk/first/program.py"),
        directory.path().join("program.py"),
    )
    .unwrap();
    let mut python = alone(&sdks::python().unwrap(), directory.path());
    python.arg("program.py");
    let node = sdks::node().unwrap();
    let mut typescript = alone(&node.join("node_modules/.bin/tsx"), directory.path());
    typescript.arg(node.join("first-program.ts"));
    for program in [python, typescript] {
        let said = converse(program);
        assert!(said.contains("results"), "no blog posts in {said}");
    }
}

#[test]
fn n1_the_link_opens_in_a_browser_without_a_warning() {
    let directory = tempfile::tempdir().unwrap();
    let server = DevServer::ready(directory.path(), &[]).unwrap();
    let environment = server.environment();
    let value = |name: &str| environment.iter().find(|it| it.0 == name).map(|it| it.1.clone()).unwrap();
    let origin = value("SCALEKIT_ENVIRONMENT_URL");
    let form = [
        ("grant_type", "client_credentials".to_owned()),
        ("client_id", value("SCALEKIT_CLIENT_ID")),
        ("client_secret", value("SCALEKIT_CLIENT_SECRET")),
    ];
    let mut token = ureq::post(format!("{origin}/oauth/token")).send_form(form).unwrap();
    let token: Value = token.body_mut().read_json().unwrap();
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    let asked = json!({"connector": "confluence", "identifier": "newcomer"});
    let mut link = ureq::post(format!("{origin}/api/v1/connected_accounts/magic_link"))
        .header("authorization", bearer)
        .send_json(asked)
        .unwrap();
    let link: Value = link.body_mut().read_json().unwrap();

    let browser = Browser::start(&[]).unwrap();
    browser.open(link["link"].as_str().unwrap()).unwrap();
    assert!(browser.address().unwrap().starts_with(&origin), "{}", browser.address().unwrap());
    browser.click("form button").unwrap();
    // The provider's page: cookies and redirects work over plain http on this machine.
    browser.text("form").unwrap();
    let address = browser.address().unwrap();
    assert!(address.starts_with("http://localhost:") && !address.starts_with(&origin), "{address}");
}

#[test]
fn n9_a_taken_port_names_the_option_of_the_verb() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let data = data.to_str().unwrap();
    let address = format!("127.0.0.1:{port}");
    for (arguments, option) in [
        (vec!["dev", "--data-dir", data, "--sandbox-port", "0", "--port", &port], "with --port"),
        (vec!["dev", "--data-dir", data, "--port", "0", "--sandbox-port", &port], "with --sandbox-port"),
        (
            vec!["serve", "--data-dir", data, "--listen", &address],
            "with --listen or HEADWATER_LISTEN__ADDRESS",
        ),
    ] {
        let output = headwater_e2e::binary::run(&arguments).unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(option), "{arguments:?}: {said}");
    }
}

#[test]
fn n9_a_damaged_database_is_told_once_and_with_a_remedy() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().to_str().unwrap();
    std::fs::write(
        directory.path().join("headwater.db"),
        "this is no database, and never was one\n".repeat(200),
    )
    .unwrap();
    let output = headwater_e2e::binary::run(&["client", "--data-dir", data, "list"]).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("put back a backup"), "{said}");
    assert_eq!(said.matches("not a database").count(), 1, "{said}");
}

#[test]
fn n9_misspelt_names_and_scopes_are_answered_with_what_was_meant() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let secret = directory.path().join("secret");
    std::fs::write(&secret, "s3cr3t\n").unwrap();
    let run = |words: &[&str]| {
        let all = [&["connection", "--data-dir", data.to_str().unwrap()], words].concat();
        let output = headwater_e2e::binary::run(&all).unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let create = ["create", "--client-id", "abc", "--client-secret-file", secret.to_str().unwrap()];
    let (done, said) = run(&[&create[..], &["--scopes", "read:page:conflunce"]].concat());
    assert!(!done && said.contains("did you mean `read:page:confluence`?"), "{said}");
    assert!(run(&create).0);
    let (done, said) = run(&["update", "conflunce", "--scopes", "search:confluence"]);
    assert!(!done && said.contains("did you mean `confluence`?"), "{said}");
}

#[test]
fn n12_the_binary_says_which_version_it_is() {
    let said = headwater_e2e::binary::succeed(&["--version"]).unwrap();
    assert_eq!(said.trim(), concat!("headwater ", env!("CARGO_PKG_VERSION")));
    assert!(!said.contains("0.0.0"), "{said}");
}
