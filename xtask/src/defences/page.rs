//! The published table.

use super::entry::{Defence, FILE as LIST, LeftOut, List};

/// Where it is.
pub(crate) const FILE: &str = "docs/defences.md";

/// The table as Markdown.
pub(crate) fn table(list: &List) -> String {
    let head = format!(
        "# Defences taken away\n\n\
         A test that passes without its defence proves nothing. So `cargo xtask defences` takes each of these {} defences\n\
         away in turn, by changing the source text in a copy of the checkout, and demands that the tests beside it fail. What\n\
         does not compile does not count. The rows are those of [threats.md](threats.md).\n\n\
         This page is written by `cargo xtask defences --table` from `{LIST}`.\n\n\
         | row | a server that … | is changed in | and these tests fail |\n|---|---|---|---|\n",
        list.defence.len()
    );
    let rows = list.defence.iter().map(row);
    let rest = if list.left_out.is_empty() { None } else { Some("\n## Left out\n\n".to_owned()) };
    let rest = rest.into_iter().chain(list.left_out.iter().map(left_out));
    std::iter::once(head).chain(rows).chain(rest).collect()
}

fn left_out(it: &LeftOut) -> String {
    format!("- {}: {}\n", it.row, it.because)
}

fn row(defence: &Defence) -> String {
    let tests: Vec<String> = defence.tests.iter().map(|it| format!("`{it}`")).collect();
    let file = defence.file.trim_start_matches("crates/headwater-").replacen("/src/", "/", 1);
    let Defence { row, without, function, .. } = defence;
    format!("| {row} | {without} | `{function}` in `{file}` | {} |\n", tests.join(", "))
}
