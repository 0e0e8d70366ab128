//! Every operation of REST v2 is there, and asks for the scopes that the vendor names. The vendor's list is not ours to
//! publish: `VENDOR_DOCUMENTS` names the folder that holds it when the tests are built, and without it the scopes are
//! not compared.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use http::Method;

use super::{Match, routes};
use crate::operations;

/// A path of a pattern with parameters in braces.
fn sample(pattern: &str) -> String {
    let segment = |it: &str| if it.starts_with('{') { "1".to_owned() } else { it.to_owned() };
    pattern.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// Two patterns that differ at most in the names of their parameters.
fn alike(one: &str, other: &str) -> bool {
    sample(one) == sample(other)
}

#[test]
fn every_operation_is_there() {
    let routes = routes();
    let missing: Vec<&str> = operations::all()
        .filter(|operation| {
            let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
            let found = routes.find(&method, &sample(operation.pattern));
            !matches!(found, Match::Found(route, _) if alike(route.pattern(), operation.pattern))
        })
        .map(|operation| operation.name)
        .collect();
    println!("{} operations, {} missing", operations::all().count(), missing.len());
    assert_eq!(missing, Vec::<&str>::new());
}

/// The vendor's table: name, granular and classic scopes.
fn vendors_scopes() -> Option<Vec<(String, BTreeSet<BTreeSet<String>>)>> {
    let Some(folder) = option_env!("VENDOR_DOCUMENTS") else {
        println!("skipped: VENDOR_DOCUMENTS was not set when the tests were built");
        return None;
    };
    let text = fs::read_to_string(Path::new(folder).join("confluence-operations.tsv")).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let column = |name: &str| header.iter().position(|it| *it == name).unwrap();
    let (api, name) = (column("api"), column("operationId"));
    let kinds = [column("granular_scopes"), column("classic_scopes")];
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let set = |place: &usize| -> BTreeSet<String> {
            cells[*place].split_whitespace().filter(|it| *it != "-").map(str::to_owned).collect()
        };
        let sets = kinds.iter().map(set).filter(|it| !it.is_empty()).collect();
        (cells[api] == "v2").then(|| (cells[name].to_owned(), sets))
    };
    Some(lines.filter_map(row).collect())
}

#[test]
fn every_operation_asks_for_the_vendors_scopes() {
    let Some(vendor) = vendors_scopes() else { return };
    let routes = routes();
    let mut wrong = Vec::new();
    for found in operations::all() {
        let method = Method::from_bytes(found.method.as_bytes()).unwrap();
        let Match::Found(route, _) = routes.find(&method, &sample(found.pattern)) else { continue };
        let ours: BTreeSet<BTreeSet<String>> = route
            .scopes()
            .iter()
            .map(|set| set.iter().map(|scope| (*scope).to_owned()).collect::<BTreeSet<_>>())
            .filter(|set| !set.is_empty())
            .collect();
        let (_, theirs) = vendor.iter().find(|(name, _)| name == found.name).unwrap();
        if ours != *theirs {
            wrong.push(format!("{}: {ours:?} instead of {theirs:?}", found.name));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
