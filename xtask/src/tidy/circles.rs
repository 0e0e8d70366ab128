//! The top-level modules of a crate use each other in one direction.

use std::collections::{BTreeMap, BTreeSet};

use super::Source;
use super::modules::{self, Modules};

/// Crates in which modules are still known to use each other in circles. Each is taken off this list by whoever undoes
/// its circles; none is added.
const KNOWN_CIRCLES: &[&str] = &["headwater-service"];

/// The allowed edges between the modules of `headwater-sandbox`, lowest first: formats and queries know neither HTTP
/// nor the database, the database knows no HTTP, and the controls know no operation of REST. A new edge is a decision:
/// say why in the commit.
const SANDBOX: &[(&str, &[&str])] = &[
    ("clock", &[]),
    ("edition", &[]),
    ("operations", &[]),
    ("random", &[]),
    ("rules", &[]),
    ("timestamp", &[]),
    ("options", &["rules"]),
    ("formats", &["timestamp"]),
    ("cql", &[]),
    ("fuzzing", &["cql", "formats"]),
    ("storage", &["edition", "formats", "options", "random", "rules", "timestamp"]),
    ("links", &["storage"]),
    ("references", &["formats", "links", "storage"]),
    ("search", &["cql", "formats", "storage"]),
    ("seed", &["random", "storage"]),
    ("control", &["clock", "operations", "rules", "storage", "timestamp"]),
    ("state", &["clock", "control", "options", "random", "storage"]),
    ("address", &["state", "storage"]),
    ("bare", &["random", "state", "storage"]),
    ("withdrawal", &["control", "state", "storage"]),
    ("scenario", &["address", "control", "edition", "options", "random", "rules", "state", "storage"]),
    ("request", &["random", "rules", "state", "storage"]),
    ("access", &["request", "storage"]),
    ("media", &["request", "state", "storage"]),
    (
        "rest",
        &[
            "access",
            "edition",
            "formats",
            "links",
            "operations",
            "random",
            "references",
            "request",
            "rules",
            "search",
            "storage",
            "timestamp",
        ],
    ),
    (
        "gateway",
        &["control", "operations", "random", "request", "rest", "rules", "state", "storage", "timestamp"],
    ),
    (
        "oauth",
        &["control", "gateway", "options", "random", "request", "rules", "state", "storage", "withdrawal"],
    ),
    ("web", &["formats", "links", "media", "references", "search", "state", "storage", "timestamp"]),
    (
        "steering",
        &[
            "clock",
            "control",
            "operations",
            "request",
            "rules",
            "scenario",
            "state",
            "storage",
            "timestamp",
            "withdrawal",
        ],
    ),
    (
        "sandbox",
        &[
            "address",
            "bare",
            "clock",
            "control",
            "edition",
            "gateway",
            "media",
            "oauth",
            "options",
            "random",
            "rules",
            "scenario",
            "seed",
            "state",
            "steering",
            "storage",
            "web",
            "withdrawal",
        ],
    ),
];

/// Complaints about the modules of every crate.
pub(crate) fn check(files: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, modules) in modules::read(files) {
        let circles = circles(&modules);
        match (circles.is_empty(), KNOWN_CIRCLES.contains(&name.as_str())) {
            (true, true) => complaints.push(format!(
                "{name} has no circle of modules any more: take it off the list in xtask/src/tidy/circles.rs"
            )),
            (false, false) => {
                complaints.extend(circles.iter().map(|circle| describe(&name, circle, &modules)));
            }
            _ => {}
        }
        if name == "headwater-sandbox" {
            complaints.extend(check_edges(&name, &modules, SANDBOX));
        }
    }
    complaints
}

/// Complaints about modules and edges that a table does not have.
fn check_edges(name: &str, modules: &Modules, table: &[(&str, &[&str])]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (from, uses) in &modules.uses {
        let Some((_, allowed)) = table.iter().find(|(known, _)| known == from) else {
            complaints
                .push(format!("{name}: module `{from}` is not in the table of xtask/src/tidy/circles.rs"));
            continue;
        };
        for (to, path) in uses.iter().filter(|(to, _)| !allowed.contains(&to.as_str())) {
            complaints
                .push(format!("{path}: module `{from}` uses `{to}`: the table of modules does not allow it"));
        }
    }
    complaints
}

/// The sets of modules that reach each other, each at least two.
fn circles(modules: &Modules) -> Vec<BTreeSet<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        modules.uses.keys().map(|from| (from, reachable(from, modules))).collect();
    let mut circles: Vec<BTreeSet<String>> = Vec::new();
    for (from, ahead) in &reached {
        let back = |to: &&&String| reached.get(**to).is_some_and(|behind| behind.contains(from));
        let circle: BTreeSet<String> = ahead.iter().filter(back).map(|to| (*to).clone()).collect();
        if circle.len() > 1 && !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    circles
}

/// Everything that a module uses, directly or not; itself only if a path leads back.
fn reachable<'a>(from: &str, modules: &'a Modules) -> BTreeSet<&'a String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = vec![from];
    while let Some(module) = open.pop() {
        for next in modules.uses.get(module).into_iter().flat_map(BTreeMap::keys) {
            if found.insert(next) {
                open.push(next);
            }
        }
    }
    found
}

/// Names the modules of a circle, and one file for each edge inside it.
fn describe(name: &str, circle: &BTreeSet<String>, modules: &Modules) -> String {
    let inside = |from: &String| {
        let uses = modules.uses.get(from).into_iter().flatten().filter(|(to, _)| circle.contains(*to));
        uses.map(|(to, path)| format!("{from} uses {to} ({path})")).collect::<Vec<_>>()
    };
    let edges: Vec<String> = circle.iter().flat_map(inside).collect();
    format!("{name}: modules use each other in a circle: {}", edges.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    /// Three modules of a crate that use each other in one direction, and in a circle when the last edge is added.
    fn chain(name: &str, last: &str) -> Vec<String> {
        let path = |file: &str| format!("crates/{name}/src/{file}");
        check(&[
            source(&path("lib.rs"), "mod a; mod b; mod c;"),
            source(&path("a.rs"), "use crate::b;"),
            source(&path("b/inner.rs"), "use crate::c::Thing;"),
            source(&path("c.rs"), last),
        ])
    }

    #[test]
    fn a_circle_made_on_purpose_is_found() {
        assert_eq!(chain("headwater-domain", ""), Vec::<String>::new());
        let complaints = chain("headwater-domain", "fn back() { crate::a::f() }");
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        for edge in ["a uses b (", "b uses c (crates/headwater-domain/src/b/inner.rs)", "c uses a ("] {
            assert!(complaints[0].contains(edge), "{edge} in {complaints:?}");
        }
    }

    #[test]
    fn a_known_circle_is_let_pass_until_it_is_gone() {
        assert_eq!(chain("headwater-service", "use crate::a;"), Vec::<String>::new());
        let complaints = chain("headwater-service", "");
        assert!(complaints[0].contains("take it off the list"), "{complaints:?}");
    }

    #[test]
    fn edges_of_the_sandbox_are_those_of_its_table() {
        let table = [
            ("storage/pages.rs", "use crate::formats::wiki;", 0),
            ("storage/pages.rs", "use crate::request::Call;", 1),
            ("formats/wiki.rs", "use crate::storage::content::Content;", 1),
            ("control.rs", "use crate::rest::Routes;", 1),
            ("surprise.rs", "", 1),
        ];
        for (file, text, expected) in table {
            let files = [
                source(&format!("crates/headwater-sandbox/src/{file}"), text),
                source("crates/headwater-sandbox/src/formats.rs", ""),
                source("crates/headwater-sandbox/src/request.rs", ""),
                source("crates/headwater-sandbox/src/rest.rs", ""),
                source("crates/headwater-sandbox/src/storage.rs", ""),
            ];
            let complaints = check(&files);
            assert_eq!(complaints.len(), expected, "{file}: {text}: {complaints:?}");
        }
    }

    #[test]
    fn the_table_of_the_sandbox_leads_downwards() {
        for (place, (from, allowed)) in SANDBOX.iter().enumerate() {
            for to in *allowed {
                let below = SANDBOX.iter().take(place).any(|(known, _)| known == to);
                assert!(below, "{from} uses {to}, which does not stand above it in the table");
            }
        }
    }
}
