//! `OPERATIONS.md` is made from `operations.tsv`: this test compares it with the table, or writes it.

use std::fmt::Write as _;
use std::fs;

use crate::operations::{self, Operation};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/OPERATIONS.md");

fn reference() -> String {
    let request = |operation: &Operation| format!("`{} {}`", operation.method, operation.pattern);
    let answered = |operation: &Operation| match operation.condition {
        "" => "real",
        condition => condition,
    };
    let (v2, mut others): (Vec<&Operation>, Vec<&Operation>) =
        operations::all().iter().partition(|operation| operation.is_v2());
    let mut text =
        "# Operations of the sandbox\n\nMade from its table of operations; `cargo xtask docs` writes it.\n\n"
            .to_owned();
    writeln!(text, "## REST v2\n\nBelow `/wiki`. All {} of the vendor's operations.\n", v2.len()).unwrap();
    writeln!(text, "| operation | request | answered |\n|---|---|---|").unwrap();
    for operation in v2 {
        writeln!(text, "| {} | {} | {} |", operation.name, request(operation), answered(operation)).unwrap();
    }
    others.sort_by_key(|operation| (operation.pattern, request(operation)));
    writeln!(text, "\n## REST v1 and downloads\n\nBelow `/wiki`. {} operations.\n", others.len()).unwrap();
    writeln!(text, "| request | answered |\n|---|---|").unwrap();
    for operation in others {
        writeln!(text, "| {} | {} |", request(operation), answered(operation)).unwrap();
    }
    text
}

#[test]
fn the_reference_of_operations_is_up_to_date() {
    let expected = reference();
    #[expect(clippy::disallowed_methods, reason = "a switch of the tests, not configuration")]
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(FILE, expected).unwrap();
        return;
    }
    let found = fs::read_to_string(FILE).unwrap_or_default();
    assert!(found == expected, "{FILE} is not what the table says; run `cargo xtask docs`");
}
