//! Every operation of `operations.tsv` has a handler and every handler an operation, requests find their operation, and
//! the operations of REST v2 ask for the scopes that the vendor names. The vendor's list is not ours to publish:
//! `VENDOR_DOCUMENTS` names the folder that holds it when the tests are built, and without it scopes are not compared.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::route::handlers;
use crate::operations::{self, Found};

/// A path of a pattern with parameters in braces.
fn sample(pattern: &str) -> String {
    let segment = |it: &str| if it.starts_with('{') { "1".to_owned() } else { it.to_owned() };
    pattern.split('/').map(segment).collect::<Vec<_>>().join("/")
}

#[test]
fn every_operation_has_one_handler_and_every_handler_an_operation() {
    let operations: BTreeSet<&str> = operations::all().iter().map(|operation| operation.name).collect();
    let mut handled = BTreeSet::new();
    for (name, _) in handlers() {
        assert!(operations.contains(name), "{name} is not in operations.tsv");
        assert!(handled.insert(name), "{name} has two handlers");
    }
    let missing: Vec<_> = operations.difference(&handled).collect();
    assert!(missing.is_empty(), "operations without a handler: {missing:?}");
}

#[test]
fn every_operation_is_found_by_its_request() {
    for operation in operations::all() {
        let path = sample(operation.pattern);
        let found = operations::find(&operation.method, &path);
        assert!(matches!(found, Found::Operation(it, _) if it == operation), "{}: {found:?}", operation.name);
    }
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
    let mut wrong = Vec::new();
    for found in operations::all().iter().filter(|operation| operation.is_v2()) {
        let ours: BTreeSet<BTreeSet<String>> = found
            .scopes
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
