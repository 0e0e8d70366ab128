//! Every command of the README is known here and runs somewhere in the tests. A new one fails this test until it
//! is added.

use std::io::Write as _;
use std::process::{Command, Stdio};

use headwater_e2e::dev_server::DevServer;
use headwater_e2e::{root, sdks};

/// Each command, and which test runs it.
const COMMANDS: [(&str, &str); 12] = [
    ("cargo run -p headwater -- dev --demo", "demo.rs"),
    ("cargo xtask test", "what runs this"),
    ("cargo install --locked --path crates/headwater", "n12_the_package_that_is_installed_has_the_binary"),
    ("headwater dev --env-file .env", "newcomer.rs"),
    ("pip install -r examples/requirements.txt", "sdks.rs, from a longer list"),
    ("python examples/quickstart.py", "the_examples_run_as_the_readme_says"),
    ("npm install --prefix examples", "sdks.rs, as npm ci"),
    ("npx --prefix examples tsx examples/quickstart.ts", "the_examples_run_as_the_readme_says"),
    (
        "headwater connection --base-url https://headwater.example create --client-id ID --client-secret-file -",
        "command_line.rs",
    ),
    ("headwater client create --name my-agent", "command_line.rs"),
    ("headwater doctor", "command_line.rs"),
    ("headwater serve", "command_line.rs"),
];

fn commands(text: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        match line.trim() {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside && !line.is_empty() && !line.starts_with('#') => found.push(line.to_owned()),
            _ => {}
        }
    }
    found
}

#[test]
fn every_command_of_the_readme_is_run_by_a_test() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let written = commands(&readme);
    for command in &written {
        assert!(COMMANDS.iter().any(|(known, _)| known == command), "`{command}` is run by no test");
    }
    for (command, _) in COMMANDS {
        assert!(written.iter().any(|it| it == command), "`{command}` is not in the README any more");
    }
}

/// Installing builds everything once more, optimized. What can be wrong about the command is the path and the name.
#[test]
fn n12_the_package_that_is_installed_has_the_binary() {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--locked", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&cargo.stdout).unwrap();
    let manifest = root().join("crates/headwater/Cargo.toml").canonicalize().unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let ours = packages.iter().find(|it| it["manifest_path"] == *manifest.display().to_string()).unwrap();
    let binaries: Vec<&str> = ours["targets"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["kind"][0] == "bin")
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert_eq!(binaries, ["headwater"]);
    assert_ne!(ours["version"], "0.0.0");
}

#[test]
fn the_examples_run_as_the_readme_says() {
    let directory = tempfile::tempdir().unwrap();
    let server = DevServer::ready(directory.path(), &["--consent", "auto"]).unwrap();
    let environment = server.environment();
    let open = |link: &str| {
        // The end user's browser: follows the link to the consent and back.
        let program = "import os,sys,requests; sys.exit(requests.get(sys.argv[1]).status_code != 200)";
        let status = Command::new(sdks::python().unwrap())
            .args(["-c", program, link])
            .envs(environment.clone())
            .status();
        assert!(status.unwrap().success(), "{link}");
    };
    let mut python = Command::new(sdks::python().unwrap());
    python.args(["-u", "examples/quickstart.py", "reader_1"]).current_dir(root());
    let mut node = Command::new("node_modules/.bin/tsx");
    node.args(["quickstart.ts", "reader_2"]).current_dir(sdks::node().unwrap());
    for (mut program, title) in [(python, "from Python"), (node, "from TypeScript")] {
        let said = converse(program.envs(environment.clone()), &open);
        for expected in ["Space: ", "Body: <p>First thoughts.</p>", "Version: 2", title, "Acting as: "] {
            assert!(said.contains(expected), "{expected} is missing in:\n{said}");
        }
    }
}

/// Runs a program that prints a link and waits for Enter; opens the link in between.
fn converse(program: &mut Command, open: &dyn Fn(&str)) -> String {
    use std::io::{BufRead as _, BufReader, Read as _};
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    output.read_line(&mut first).unwrap();
    let link =
        first.trim().strip_prefix("Authorize Confluence: ").unwrap_or_else(|| panic!("no link in {first:?}"));
    open(link);
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"\n").unwrap();
    drop(input);
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(child.wait().unwrap().success(), "{rest}");
    rest
}
