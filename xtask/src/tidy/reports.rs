//! The list of public bug reports and the tests that repeat them name each other.

use std::collections::BTreeSet;

use super::Source;

/// Path of the list, from the checkout's root.
pub(crate) const LIST: &str = "docs/field-reports.md";

/// Folder whose tests each repeat a report.
const TESTS: &str = "crates/headwater-service/src/tests/reports/";

/// Returns a complaint for each test that the list lacks, and for each name in the list that is no test.
pub(crate) fn check(list: &str, files: &[Source]) -> Vec<String> {
    let there: BTreeSet<&str> = files
        .iter()
        .filter(|file| file.path.starts_with(TESTS))
        .flat_map(|file| test_names(&file.text))
        .collect();
    let rows = list.lines().filter(|line| line.starts_with('|'));
    let named: BTreeSet<&str> = rows.filter_map(|row| row.rsplit('`').nth(1)).collect();
    let unlisted = there.difference(&named).map(|test| format!("{LIST}: the test `{test}` is in no row"));
    let unknown =
        named.difference(&there).map(|test| format!("{LIST}: there is no test `{test}` in {TESTS}"));
    unlisted.chain(unknown).collect()
}

/// Names of the functions that are marked as tests.
fn test_names(text: &str) -> Vec<&str> {
    let mut marked = false;
    let mut names = Vec::new();
    for line in text.lines() {
        if line.starts_with("#[tokio::test") || line == "#[test]" {
            marked = true;
        } else if let Some((_, rest)) = line.split_once("fn ").filter(|_| marked) {
            names.extend(rest.split('(').next());
            marked = false;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_and_rows_that_do_not_name_each_other_are_found() {
        let text = "#[tokio::test]\nasync fn one() {}\nfn helper() {}\n#[test]\nfn two() {}\n".to_owned();
        let files = [Source { path: format!("{TESTS}a.rs"), text }];
        assert_eq!(check("| a #1 | met | `one` |\n| b | met | `two` |\n", &files), [""; 0]);
        assert_eq!(check("| a #1 | met | `one` |\n", &files).len(), 1);
        assert_eq!(
            check("| a | `x` | `one` |\n| b | met | `two` |\n| c | met | `three` |\n", &files).len(),
            1
        );
    }
}
