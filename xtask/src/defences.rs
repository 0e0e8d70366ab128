//! `cargo xtask defences`: takes each defence away in turn and demands that the tests fail that were written for it.
//!
//! A test that passes without its defence proves nothing. What is taken away, and which tests must fail then, stands in
//! `xtask/defences.toml`. The product itself has no switch for that: the source text is changed in a copy of the checkout.
//! There each changed function asks a variable of the environment whether it is the one to lack its defence, so that all
//! of them are compiled once, and the tests run once for each.

mod copy;
mod entry;
mod mutation;
mod page;
mod tests_run;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use self::entry::{Defence, List};
use self::tests_run::{Outcome, Tests};

/// Takes away every defence whose row, file, function or test holds the text `only`.
///
/// # Errors
/// When a test passes although its defence was taken away, or one could not be taken away, or a test fails with all
/// defences in place; and, of all, when a row of the table of threats has tests and no defence here.
pub(crate) fn run(root: &Path, only: Option<&str>) -> Result<()> {
    let list = entry::read(root)?;
    let chosen: Vec<&Defence> =
        list.defence.iter().filter(|it| only.is_none_or(|text| it.mentions(text))).collect();
    ensure!(!chosen.is_empty(), "no defence has `{}` in it", only.unwrap_or_default());
    // Always all of them, so that what was compiled in the copy is of use the next time.
    let place = copy::make(root, &mutation::all(root, &list.defence)?)?;
    in_place(&place, &chosen)?;
    let mut unproven = 0;
    for defence in &chosen {
        let (mark, what) = match take_away(&place, defence) {
            Ok(()) => ("ok  ", format!("{} failed", defence.tests.join(", "))),
            Err(error) => {
                unproven += 1;
                ("FAIL", format!("{error:#}"))
            }
        };
        println!("{mark} {}, a server that {}: {what}", defence.row, defence.without);
    }
    ensure!(
        unproven == 0,
        "{unproven} of {} defences can be missing without a test that fails",
        chosen.len()
    );
    if only.is_none() {
        let table = fs::read_to_string(root.join(crate::tidy::THREATS))?;
        let bare = uncovered(&table, &list).join(", ");
        ensure!(
            bare.is_empty(),
            "rows of the table of threats that have no entry in {}: {bare}",
            entry::FILE
        );
    }
    Ok(())
}

/// Writes the published table.
pub(crate) fn write_table(root: &Path) -> Result<()> {
    let text = page::table(&entry::read(root)?);
    fs::write(root.join(page::FILE), text).with_context(|| format!("{} cannot be written", page::FILE))
}

/// What is wrong with the list itself: what can be seen without running anything.
pub(crate) fn check(root: &Path, threats: &str) -> Result<Vec<String>> {
    let list = entry::read(root)?;
    let mut complaints = Vec::new();
    for defence in &list.defence {
        let applied = fs::read_to_string(root.join(&defence.file))
            .with_context(|| format!("{} cannot be read", defence.file))
            .and_then(|text| mutation::apply(&text, &[defence]));
        if let Err(error) = applied {
            complaints.push(format!("{}: {} {}: {error:#}", entry::FILE, defence.row, defence.without));
        }
        let start = format!("| {} |", defence.row);
        let line = threats.lines().find(|line| line.starts_with(&start)).unwrap_or_default();
        for test in defence.tests.iter().filter(|test| !line.contains(&format!("`{test}`"))) {
            let row = &defence.row;
            complaints
                .push(format!("{}: the row {row} of the table of threats has no `{test}`", entry::FILE));
        }
    }
    if fs::read_to_string(root.join(page::FILE)).unwrap_or_default() != page::table(&list) {
        complaints.push(format!("{} is not up to date; run `cargo xtask defences --table`", page::FILE));
    }
    Ok(complaints)
}

/// The tests must pass as long as nothing is missing: otherwise their failures mean nothing.
fn in_place(place: &Path, chosen: &[&Defence]) -> Result<()> {
    let mut by_target: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for defence in chosen {
        let tests = defence.tests.iter().map(String::as_str);
        by_target.entry((&defence.package, &defence.target)).or_default().extend(tests);
    }
    for ((package, target), names) in by_target {
        let names: Vec<&str> = names.into_iter().collect();
        let tests = Tests { root: place, package, target, names: &names };
        tests.compile().with_context(|| format!("{package}, with its defences made removable"))?;
        let failed: Vec<_> =
            tests.outcomes(None)?.into_iter().filter(|(_, outcome)| *outcome != Outcome::Passed).collect();
        ensure!(failed.is_empty(), "{package}, with every defence in place: {failed:?}");
        println!("{package}: {} tests pass with every defence in place", names.len());
    }
    Ok(())
}

/// Takes one away; an error says what its tests did instead of failing.
fn take_away(place: &Path, defence: &Defence) -> Result<()> {
    let names: Vec<&str> = defence.tests.iter().map(String::as_str).collect();
    let tests = Tests { root: place, package: &defence.package, target: &defence.target, names: &names };
    for (test, outcome) in tests.outcomes(Some(&defence.key()))? {
        match outcome {
            Outcome::Failed => {}
            Outcome::Passed => bail!("`{test}` passes without it"),
            Outcome::Missing => bail!("`{test}` did not run to its end"),
        }
    }
    Ok(())
}

/// Rows that name tests, and of whose defences none is taken away, without a reason.
fn uncovered(table: &str, list: &List) -> Vec<String> {
    let known = |row: &str| {
        list.defence.iter().any(|it| it.row == row) || list.left_out.iter().any(|it| it.row == row)
    };
    let rows = table.lines().filter_map(|line| {
        let row = line.strip_prefix("| ")?.split(' ').next()?;
        let test = format!("`{}_", row.to_lowercase());
        (line.contains(&test) && !known(row)).then(|| row.to_owned())
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::entry::LeftOut;
    use super::*;

    #[test]
    fn a_row_whose_tests_nobody_saw_fail_is_found() {
        let table = "| | attack | defence | tests |\n|---|---|---|---|\n| A1 | a | d | `a1_one` |\n| A2 | a | d | `a2_one` |\n| A3 | a | d | No test: why |\n";
        let mut list = List { defence: Vec::new(), left_out: Vec::new() };
        assert_eq!(uncovered(table, &list), ["A1", "A2"]);
        list.defence.push(entry::example("A1", "a1_one"));
        assert_eq!(uncovered(table, &list), ["A2"]);
        list.left_out.push(LeftOut { row: "A2".to_owned(), because: "why".to_owned() });
        assert_eq!(uncovered(table, &list), [""; 0]);
    }
}
