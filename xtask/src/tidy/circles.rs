//! The top-level modules of a crate use each other in one direction.

use std::collections::{BTreeMap, BTreeSet};

use super::Source;
use super::modules::{self, Modules};

/// The crates that have a table of the edges allowed between their modules.
const TABLES: &[(&str, Table)] = &[("headwater-sandbox", SANDBOX), ("headwater-service", SERVICE)];

/// Modules, each with those that it may use.
type Table = &'static [(&'static str, &'static [&'static str])];

/// The allowed edges between the modules of `headwater-service`, lowest first. A new edge is a decision: say why in the
/// commit.
const SERVICE: Table = &[
    ("chaos", &[]),
    ("error", &[]),
    ("file_hosts", &[]),
    ("governor", &[]),
    ("recent", &[]),
    ("retry_after", &[]),
    ("bounds", &["error"]),
    ("caller", &["error"]),
    ("connectors", &["error"]),
    ("live", &["error", "recent"]),
    ("policy", &["caller", "error"]),
    ("settings", &["bounds", "chaos", "policy"]),
    ("core", &["chaos", "settings"]),
    ("acts", &["core", "error"]),
    ("admission", &["caller", "core", "error", "governor"]),
    ("memory", &["core", "error"]),
    ("provider_http", &["core", "retry_after"]),
    ("usage", &["core", "error"]),
    ("audit", &["acts", "caller", "core", "error"]),
    ("sites", &["connectors", "core", "error", "live", "provider_http"]),
    ("api_clients", &["audit", "core", "error", "recent"]),
    ("deployment", &["audit", "core", "error"]),
    ("events", &["audit", "core", "error"]),
    ("rewrap", &["audit", "core", "error"]),
    ("signing_keys", &["audit", "core", "error"]),
    ("site_limits", &["audit", "core", "governor", "live", "retry_after"]),
    ("connections", &["audit", "bounds", "caller", "connectors", "core", "error", "events", "live"]),
    ("webhooks", &["audit", "bounds", "chaos", "core", "error", "events", "provider_http"]),
    ("token_endpoint", &["connections", "core", "error", "provider_http"]),
    (
        "grants",
        &[
            "acts",
            "chaos",
            "connectors",
            "core",
            "deployment",
            "error",
            "events",
            "live",
            "sites",
            "token_endpoint",
        ],
    ),
    ("accounts", &["audit", "bounds", "connections", "core", "error", "events", "grants", "live", "policy"]),
    (
        "connect",
        &[
            "accounts",
            "audit",
            "bounds",
            "connections",
            "connectors",
            "core",
            "error",
            "events",
            "grants",
            "live",
            "provider_http",
            "sites",
            "token_endpoint",
        ],
    ),
    (
        "proxy",
        &[
            "accounts",
            "admission",
            "audit",
            "connectors",
            "core",
            "error",
            "file_hosts",
            "governor",
            "grants",
            "live",
            "provider_http",
            "settings",
            "site_limits",
            "usage",
        ],
    ),
    (
        "tools",
        &[
            "accounts",
            "admission",
            "audit",
            "connect",
            "connections",
            "connectors",
            "core",
            "error",
            "file_hosts",
            "governor",
            "grants",
            "live",
            "memory",
            "provider_http",
            "retry_after",
            "site_limits",
            "usage",
        ],
    ),
    (
        "service",
        &[
            "accounts",
            "acts",
            "admission",
            "api_clients",
            "audit",
            "connect",
            "connections",
            "connectors",
            "core",
            "deployment",
            "events",
            "grants",
            "live",
            "memory",
            "proxy",
            "rewrap",
            "settings",
            "signing_keys",
            "site_limits",
            "sites",
            "token_endpoint",
            "tools",
            "usage",
            "webhooks",
        ],
    ),
];

/// The allowed edges between the modules of `headwater-sandbox`, lowest first: formats and queries know neither HTTP
/// nor the database, the database knows no HTTP, and the controls know no operation of REST. A new edge is a decision:
/// say why in the commit.
const SANDBOX: Table = &[
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
        complaints.extend(circles.iter().map(|circle| describe(&name, circle, &modules)));
        if let Some((_, table)) = TABLES.iter().find(|(known, _)| *known == name) {
            complaints.extend(check_edges(&name, &modules, table));
        }
    }
    complaints
}

/// Complaints about modules and edges that a table does not have.
fn check_edges(name: &str, modules: &Modules, table: Table) -> Vec<String> {
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
    fn edges_of_the_service_are_those_of_its_table() {
        let table = [
            ("grants/refresh.rs", "use crate::events::Events;", 0),
            ("grants/refresh.rs", "use crate::accounts::Accounts;", 1),
            ("connections.rs", "use crate::grants::Grants;", 1),
            ("audit.rs", "use crate::connect::ConnectError;", 1),
            ("accounts.rs", "use crate::Service;", 1),
        ];
        for (file, text, expected) in table {
            let path = |file: &str| format!("crates/headwater-service/src/{file}");
            let files = [
                source(&path("lib.rs"), "pub use service::{Parts, Service};"),
                source(&path(file), text),
                source(&path("accounts/other.rs"), ""),
                source(&path("connect/other.rs"), ""),
                source(&path("events/other.rs"), ""),
                source(&path("grants/other.rs"), ""),
                source(&path("service.rs"), ""),
            ];
            let complaints = check(&files);
            assert_eq!(complaints.len(), expected, "{file}: {text}: {complaints:?}");
        }
    }

    #[test]
    fn the_tables_lead_downwards() {
        for (name, table) in TABLES {
            for (place, (from, allowed)) in table.iter().enumerate() {
                for to in *allowed {
                    let below = table.iter().take(place).any(|(known, _)| known == to);
                    assert!(below, "{name}: {from} uses {to}, which does not stand above it in the table");
                }
            }
        }
    }
}
