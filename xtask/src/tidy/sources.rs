//! What may stand in which file.

use super::Source;

/// The longest file, in lines before its inline tests.
const MAX_LINES: usize = 500;

/// Texts that only some places may hold, with the reason. Places are beginnings of paths.
const RESERVED: &[(&str, &[&str], &str)] = &[
    (
        "TcpStream::connect",
        &["crates/headwater-upstream/", "crates/headwater-e2e/"],
        "only headwater-upstream opens client sockets (invariant 2)",
    ),
    (
        "client::legacy",
        &["crates/headwater-upstream/"],
        "only headwater-upstream opens client sockets (invariant 2)",
    ),
    (
        "env::vars",
        &["crates/headwater-server/src/config/", "xtask/"],
        "only headwater-server reads configuration (invariant 8)",
    ),
    ("io::stdout()", &["crates/headwater/", "xtask/"], "only the programs print (invariant 8)"),
    (
        "clippy::print_stdout",
        &["crates/headwater/", "crates/headwater-e2e/src/bin/", "xtask/"],
        "only the programs print (invariant 8)",
    ),
    (
        "clippy::print_stderr",
        &["crates/headwater/", "crates/headwater-e2e/src/bin/", "xtask/"],
        "only the programs print (invariant 8)",
    ),
    (
        "=> StatusCode::",
        &[
            "crates/headwater-api/src/error.rs",
            "crates/headwater-sandbox/",
            "crates/headwater-seal/src/counterparts/",
        ],
        "one file turns kinds and codes of errors into statuses (invariant 9)",
    ),
    ("derive(Debug)] pub struct Secret", &[], "a secret cannot be printed (invariant 6)"),
    ("todo!(", &[], "nothing is left unfinished"),
    ("unimplemented!(", &[], "nothing is left unfinished"),
    (
        "tokio::time::sleep(",
        &[
            "crates/headwater-upstream/src/idle.rs",
            "crates/headwater-server/src/clock.rs",
            "crates/headwater-sandbox/src/",
        ],
        "nothing sleeps: wait for an event, or take a clock",
    ),
];

/// Complaints about source files.
pub(crate) fn check(files: &[Source]) -> Vec<String> {
    files.iter().flat_map(check_file).collect()
}

fn check_file(file: &Source) -> Vec<String> {
    // The rules name what they forbid, and so do their tests.
    if file.path.starts_with("xtask/src/tidy/") {
        return Vec::new();
    }
    let mut complaints = Vec::new();
    let production = production_part(file);
    if !file.text.trim_start().starts_with("//!") && !file.path.ends_with("build.rs") {
        complaints.push(format!("{}: does not begin with `//!` and what it is for", file.path));
    }
    if file.path.ends_with("/mod.rs") {
        complaints.push(format!("{}: write `name.rs` beside `name/` instead of `mod.rs`", file.path));
    }
    let lines = production.lines().count();
    if lines > MAX_LINES {
        complaints.push(format!("{}: {lines} lines; split it by noun (at most {MAX_LINES})", file.path));
    }
    for (text, places, reason) in RESERVED {
        if production.contains(text) && !places.iter().any(|place| file.path.starts_with(place)) {
            complaints.push(format!("{}: `{text}`: {reason}", file.path));
        }
    }
    complaints
}

/// The text before the inline tests; nothing of a file that is all tests.
fn production_part(file: &Source) -> &str {
    let tests_only =
        file.path.contains("/tests/") || file.path.ends_with("/tests.rs") || file.path.contains("/examples/");
    if tests_only {
        return "";
    }
    file.text.split_once("#[cfg(test)]\nmod tests {").map_or(&file.text, |(production, _)| production)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> Vec<String> {
        check(&[Source { path: path.to_owned(), text: text.to_owned() }])
    }

    #[test]
    fn broken_rules_are_found() {
        let table = [
            ("crates/headwater-service/src/a.rs", "//! Fine.\n", 0),
            ("crates/headwater-service/src/a.rs", "fn no_header() {}\n", 1),
            ("crates/headwater-api/src/a.rs", "//! A.\nA => StatusCode::NOT_FOUND,\n", 1),
            ("crates/headwater-api/src/error.rs", "//! A.\nA => StatusCode::NOT_FOUND,\n", 0),
            ("crates/headwater-service/src/a/mod.rs", "//! Old style.\n", 1),
            ("crates/headwater-service/src/a.rs", "//! A.\nTcpStream::connect(x)", 1),
            ("crates/headwater-upstream/src/a.rs", "//! A.\nTcpStream::connect(x)", 0),
            ("crates/headwater-service/src/a.rs", "//! A.\nstd::env::vars()", 1),
            ("crates/headwater-service/src/a.rs", "//! A.\n#[expect(clippy::print_stdout)]", 1),
            ("crates/headwater-service/src/a.rs", "//! A.\ntodo!()", 1),
            ("crates/headwater-service/src/a.rs", "//! A.\n#[cfg(test)]\nmod tests {\n todo!()", 0),
        ];
        for (path, text, expected) in table {
            assert_eq!(
                complaints(path, text).len(),
                expected,
                "{path}: {text}: {:?}",
                complaints(path, text)
            );
        }
        let long = format!("//! Long.\n{}", "fn f() {}\n".repeat(MAX_LINES));
        assert_eq!(complaints("crates/headwater-service/src/a.rs", &long).len(), 1);
    }
}
