//! The page of limits, from the constants that the code uses.

use std::fmt::Write as _;
use std::time::Duration;

use headwater_domain::bounds::{ARGUMENTS, MESSAGE_BYTES, Row, TABLE};

/// The page.
pub(super) fn page() -> String {
    let mut text = String::from(HEAD);
    text.push_str(
        "| input | who | bytes | depth | number | time | beyond |\n|---|---|---|---|---|---|---|\n",
    );
    for row in TABLE {
        line(&mut text, row);
    }
    let _ = write!(
        text,
        "\nA document is measured before it is built: besides its depth and its values, what it would take in memory, at \
         most {} MiB. A message has at most {} MiB; [the settings](../README.md) can change what has one.\n",
        ARGUMENTS.memory >> 20,
        MESSAGE_BYTES >> 20,
    );
    text
}

const HEAD: &str = "# Limits\n\n\
    What may be sent to headwater, by whom, and how much of it. Written by `cargo xtask docs` from \
    `crates/headwater-domain/src/bounds.rs`; the numbers are those that the code uses, and tests walk the rows. The rules \
    of single fields, such as the longest identifier, stand beside the fields in `crates/headwater-api/proto`.\n\n";

fn line(text: &mut String, row: &Row) {
    let number = |value: Option<u64>| value.map(grouped).unwrap_or_default();
    let count = row.count.map(|(count, what)| format!("{} {what}", grouped(count))).unwrap_or_default();
    let time = row.time.map(seconds).unwrap_or_default();
    let setting = row.setting.map(|it| format!(" (`{it}`)")).unwrap_or_default();
    let _ = writeln!(
        text,
        "| {}{setting} | {} | {} | {} | {count} | {time} | {} |",
        row.input,
        row.who,
        number(row.size),
        number(row.depth),
        row.beyond
    );
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs())
}

/// A number with commas between its thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_line_of_the_page() {
        let page = page();
        for row in TABLE {
            assert!(page.contains(&format!("| {}", row.input)), "{}", row.id);
        }
        assert!(
            page.lines().filter(|it| it.starts_with('|')).all(|it| it.matches('|').count() == 8),
            "{page}"
        );
        assert_eq!(
            (grouped(7), grouped(1024), grouped(104_857_600)),
            ("7".into(), "1,024".into(), "104,857,600".into())
        );
    }
}
