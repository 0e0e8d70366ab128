//! The fewest scopes, and what a grant lacks.

use super::*;
use crate::file::read;

fn tools(needs: &[(&[&str], &[&str])]) -> Vec<Tool> {
    let text: Vec<String> = needs
        .iter()
        .enumerate()
        .map(|(number, (granular, classic))| {
            format!(
                "[[tool]]\nname = \"t{number}\"\ntitle = \"T\"\ndescription = \"D\"\nrequest = \"GET /x\"\n\
                 scopes = {{ granular = {granular:?}, classic = {classic:?} }}\n\
                 hints = {{ read_only = true, destructive = false, idempotent = true, open_world = true }}\n"
            )
        })
        .collect();
    read("t.toml", &text.concat()).unwrap()
}

#[test]
fn a_set_is_enough_and_as_small_as_asked_for() {
    let tools = tools(&[
        (&["read:page"], &[]),
        (&["read:page", "read:space"], &["search"]),
        (&["read:page", "read:user"], &["read.user"]),
        (&["read:page", "read:label", "read:user"], &["read.user"]),
    ]);
    let table: [(Preference, &[&str]); 3] = [
        (Preference::Fewest, &["read.user", "read:page", "search"]),
        (Preference::Granular, &["read:label", "read:page", "read:space", "read:user"]),
        (Preference::Classic, &["read.user", "read:page", "search"]),
    ];
    for (preference, expected) in table {
        let scopes = needed(&tools, preference);
        assert_eq!(scopes, expected, "{preference:?}");
        assert!(tools.iter().all(|tool| tool.scopes.met_by(&scopes)));
    }
    assert!(needed(&[], Preference::Fewest).is_empty());
}

#[test]
fn no_scope_of_the_smallest_set_can_be_left_out() {
    let tools =
        tools(&[(&["a", "b"], &["c", "d", "e"]), (&["b", "f"], &["c"]), (&[], &["c", "d"]), (&["e"], &[])]);
    let scopes = needed(&tools, Preference::Fewest);
    for place in 0..scopes.len() {
        let mut rest = scopes.clone();
        let dropped = rest.remove(place);
        assert!(!tools.iter().all(|tool| tool.scopes.met_by(&rest)), "{dropped} is spare in {scopes:?}");
    }
}

#[test]
fn what_a_grant_lacks_is_the_shortest_way_to_enough() {
    let tools = tools(&[(&["a", "b"], &["c"])]);
    let scopes = &tools[0].scopes;
    let granted = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let table: [(&str, &[&str]); 5] =
        [("a b", &[]), ("c x", &[]), ("", &["c"]), ("a", &["c"]), ("a x", &["c"])];
    for (given, expected) in table {
        assert_eq!(scopes.missing_from(&granted(given)), expected, "{given}");
    }
}
