//! `RULES.md` names a test for every rule, and each of them is there.

use std::fs;
use std::path::Path;

const RULES: &str = include_str!("../../RULES.md");
const KNOWN: [&str; 7] = ["recorded", "live", "spec", "docs", "report", "inferred", "open"];

/// All of our source in one text.
fn source(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            source(&path, into);
        } else if path.extension().is_some_and(|it| it == "rs") {
            into.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_rule_says_how_it_is_known_and_has_a_test() {
    let mut sources = String::new();
    source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    let rows: Vec<Vec<&str>> = RULES
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| rule "))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert!(rows.len() > 90, "{}", rows.len());
    for row in rows {
        let [rule, known, name] = row[..] else { panic!("{row:?}") };
        assert!(known.split(", ").all(|it| KNOWN.contains(&it)), "{rule}: {known}");
        let name = name.trim_matches('`');
        let declared = sources.contains(&format!("fn {name}("));
        assert!(declared, "{rule}: there is no test {name}");
    }
}
