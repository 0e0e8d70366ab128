//! `OPERATIONS.md` is made from the routes: this test compares it with them, or writes it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use super::v1::classic;
use super::{Route, Routes, routes};
use crate::operations;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/OPERATIONS.md");

/// Which operations are refused to somebody, and how: beginnings or ends of their paths.
const CONDITIONS: [(&str, &str); 8] = [
    ("/api/v2/app/properties", "refused with 403: only a Forge app that speaks for itself may"),
    ("/redact", "real on the enterprise edition; 400 on others, which have no Guard Premium"),
    ("/classification-level", "real on the enterprise edition; 404 on others"),
    ("/api/v2/admin-key", "real for administrators on the premium and enterprise editions; 404 for others"),
    ("/api/v2/space-roles", "real where roles are switched on; refused on sites with permissions only"),
    ("/role-assignments", "real where roles are switched on; refused on sites with permissions only"),
    ("/rest/api/content/archive", "real; 400 on the free edition, and for several pages on the standard one"),
    ("/restriction", "real; changes are refused with 403 on the free edition"),
];

/// The v1 operations on content that are not documented any more.
const CLASSIC: &str = "real, or 410 on sites whose classic operations are gone";

fn answered(pattern: &str, is_classic: bool) -> &'static str {
    let known = CONDITIONS.iter().find(|(part, _)| pattern.starts_with(part) || pattern.contains(part));
    match known {
        Some((_, how)) => how,
        None if is_classic => CLASSIC,
        None => "real",
    }
}

fn reference(routes: &Routes) -> String {
    let mut text =
        "# Operations of the sandbox\n\nMade from its routes; `cargo xtask docs` writes it.\n\n".to_owned();
    let rows: Vec<(String, String)> =
        operations::all().map(|it| (it.name.to_owned(), format!("`{} {}`", it.method, it.pattern))).collect();
    writeln!(text, "## REST v2\n\nBelow `/wiki`. All {} of the vendor's operations.\n", rows.len()).unwrap();
    writeln!(text, "| operation | request | answered |\n|---|---|---|").unwrap();
    for (name, request) in &rows {
        writeln!(text, "| {name} | {request} | {} |", answered(request.trim_matches('`'), false)).unwrap();
    }
    let request = |route: &Route| format!("`{} {}`", route.method(), route.pattern());
    let classic: BTreeSet<String> = classic().iter().map(request).collect();
    let mut others: Vec<(&str, String)> = routes
        .all()
        .filter(|route| !route.pattern().starts_with("/api/v2/"))
        .map(|route| (route.pattern(), request(route)))
        .collect();
    others.sort();
    writeln!(text, "\n## REST v1 and downloads\n\nBelow `/wiki`. {} operations.\n", others.len()).unwrap();
    writeln!(text, "| request | answered |\n|---|---|").unwrap();
    for (pattern, request) in &others {
        writeln!(text, "| {request} | {} |", answered(pattern, classic.contains(request))).unwrap();
    }
    text
}

#[test]
fn the_reference_of_operations_is_up_to_date() {
    let expected = reference(&routes());
    #[expect(clippy::disallowed_methods, reason = "a switch of the tests, not configuration")]
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(FILE, expected).unwrap();
        return;
    }
    let found = fs::read_to_string(FILE).unwrap_or_default();
    assert!(found == expected, "{FILE} is not what the routes say; run `cargo xtask docs`");
}

#[test]
fn every_condition_is_about_an_operation() {
    let routes = routes();
    let patterns: Vec<&str> = routes.all().map(Route::pattern).collect();
    for (part, _) in CONDITIONS {
        assert!(patterns.iter().any(|it| it.contains(part)), "{part}");
    }
}
