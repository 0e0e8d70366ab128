//! Every operation of `operations.tsv` has a handler and every handler an operation, requests find their operation, and
//! the operations of REST v2 ask for the scopes that the vendor names.

use std::collections::BTreeSet;

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

/// The vendor's operations: API, name, method, path, scopes, and other scopes that are enough instead.
const VENDOR: &str = include_str!("../../../headwater-confluence/facts/operations.tsv");

/// For each operation of REST v2 its name, and the sets of scopes of which one is enough.
fn vendors_scopes() -> Vec<(&'static str, BTreeSet<BTreeSet<String>>)> {
    let set = |cell: &str| -> BTreeSet<String> {
        cell.split_whitespace().filter(|it| *it != "-").map(str::to_owned).collect()
    };
    let row = |line: &'static str| {
        let [api, name, _, _, scopes, others] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let sets = [scopes, others].map(set).into_iter().filter(|it| !it.is_empty()).collect();
        (api == "v2").then_some((name, sets))
    };
    VENDOR.lines().skip(1).filter_map(row).collect()
}

#[test]
fn every_operation_asks_for_the_vendors_scopes() {
    let vendor = vendors_scopes();
    let mut wrong = Vec::new();
    for found in operations::all().iter().filter(|operation| operation.is_v2()) {
        let ours: BTreeSet<BTreeSet<String>> = found
            .scopes
            .iter()
            .map(|set| set.iter().map(|scope| (*scope).to_owned()).collect::<BTreeSet<_>>())
            .filter(|set| !set.is_empty())
            .collect();
        let (_, theirs) = vendor.iter().find(|(name, _)| *name == found.name).unwrap();
        if ours != *theirs {
            wrong.push(format!("{}: {ours:?} instead of {theirs:?}", found.name));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
