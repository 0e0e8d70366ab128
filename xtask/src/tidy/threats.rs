//! The table of threats and the tests that carry them out name each other.

use std::collections::BTreeSet;

use super::Source;

/// Where the table is.
pub(crate) const TABLE: &str = "docs/threats.md";

/// How many rows each part has.
const PARTS: [(char, usize); 7] = [('a', 10), ('b', 12), ('c', 11), ('d', 11), ('e', 7), ('f', 14), ('g', 5)];

/// What a row without a test says, followed by the reason.
const NO_TEST: &str = "No test:";

/// Complaints about the table and the tests.
pub(crate) fn check(table: &str, files: &[Source]) -> Vec<String> {
    let there: BTreeSet<&str> = files.iter().flat_map(|file| attacks(&file.text)).collect();
    let mut complaints = Vec::new();
    let mut named = BTreeSet::new();
    for (part, rows) in PARTS {
        for row in (1..=rows).map(|number| format!("{part}{number}")) {
            let start = format!("| {} |", row.to_uppercase());
            let Some(line) = table.lines().find(|line| line.starts_with(&start)) else {
                complaints.push(format!("{TABLE}: the row {} is missing", row.to_uppercase()));
                continue;
            };
            let tests: Vec<&str> = line.split('`').filter(|name| row_of(name).is_some()).collect();
            if tests.is_empty() && !line.contains(NO_TEST) {
                complaints
                    .push(format!("{TABLE}: {row} names no test; name one, or say `{NO_TEST}` and why"));
            }
            for test in tests {
                if row_of(test) != Some(&row) {
                    complaints.push(format!("{TABLE}: `{test}` stands in the row {row}"));
                }
                if !there.contains(test) {
                    complaints.push(format!("{TABLE}: there is no test `{test}`"));
                }
                named.insert(test);
            }
        }
    }
    let forgotten = there.difference(&named);
    complaints.extend(forgotten.map(|test| format!("{TABLE}: the test `{test}` is in no row")));
    complaints
}

/// The names of functions that begin with a row.
fn attacks(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let (before, after) = line.split_once("fn ")?;
        let declares = ["", "async ", "pub async ", "pub "].contains(&before.trim_start());
        let end = after.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(after.len());
        declares.then_some(&after[..end]).filter(|name| row_of(name).is_some())
    })
}

/// The row that a name begins with, such as `a1` of `a1_a_stolen_disk`.
fn row_of(name: &str) -> Option<&str> {
    let (row, rest) = name.split_once('_')?;
    let number: usize = row.get(1..)?.parse().ok()?;
    let known = |(part, rows): &(char, usize)| row.starts_with(*part) && (1..=*rows).contains(&number);
    (PARTS.iter().any(known) && !rest.is_empty()).then_some(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(changed: &[(&str, &str)], code: &str) -> Vec<String> {
        let rows = PARTS.iter().flat_map(|(part, rows)| (1..=*rows).map(move |it| format!("{part}{it}")));
        let table: String = rows
            .map(|row| {
                let text = changed.iter().find(|it| it.0 == row).map_or("No test: why", |it| it.1);
                format!("| {} | attack | defence | {text} |\n", row.to_uppercase())
            })
            .filter(|line| !line.contains("LEFT OUT"))
            .collect();
        check(&table, &[Source { path: "crates/x/src/a.rs".to_owned(), text: code.to_owned() }])
    }

    #[test]
    fn tests_and_rows_that_do_not_name_each_other_are_found() {
        let code = "    async fn a1_one() {}\npub async fn b2_two(store: &impl Store) {\nfn c3_three(text in \"x\") {\nfn ab64_x() {}\nfn d99_x() {}\n";
        let all = [("a1", "`a1_one`"), ("b2", "`b2_two`"), ("c3", "`c3_three`")];
        assert_eq!(complaints(&all, code), [""; 0]);
        for (row, text) in [
            ("a1", "`a1_one`, `a1_other`"),
            ("a1", "No test: none"),
            ("b2", "`b2_two`, `a1_one`"),
            ("d1", "nothing is said"),
            ("e1", "LEFT OUT"),
        ] {
            let mut changed = vec![(row, text)];
            changed.extend(all.iter().filter(|it| it.0 != row));
            assert_eq!(complaints(&changed, code).len(), 1, "{row} {text}: {:?}", complaints(&changed, code));
        }
    }
}
