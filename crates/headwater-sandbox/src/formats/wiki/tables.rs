//! Tables: a row per line, `||` before headings and `|` before other cells.

use super::{inline, wrap};

/// Converts the lines of a table.
pub(super) fn convert(lines: &[&str]) -> String {
    let rows: String = lines.iter().map(|line| wrap("tr", &row(line))).collect();
    format!("<table><tbody>{rows}</tbody></table>")
}

fn row(line: &str) -> String {
    let mut storage = String::new();
    let mut rest = line.trim_end();
    while let Some(behind) = rest.strip_prefix('|') {
        let (name, behind) = match behind.strip_prefix('|') {
            Some(behind) => ("th", behind),
            None => ("td", behind),
        };
        // The bar at the end of a line begins no cell.
        if behind.is_empty() {
            break;
        }
        let (cell, after) = behind.split_at(end_of_cell(behind));
        storage.push_str(&wrap(name, &inline::convert(cell.trim())));
        rest = after;
    }
    storage
}

/// Finds the next bar that is in no link, picture or macro.
fn end_of_cell(text: &str) -> usize {
    let mut closing: Option<char> = None;
    let mut escaped = false;
    for (place, letter) in text.char_indices() {
        let inside = closing.is_some();
        match letter {
            _ if escaped => {}
            '|' if !inside => return place,
            '[' if !inside => closing = closed_by(text, place, ']'),
            '{' if !inside => closing = closed_by(text, place, '}'),
            letter if closing == Some(letter) => closing = None,
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
    }
    text.len()
}

/// Finds the closing sign, if there is one.
fn closed_by(text: &str, place: usize, sign: char) -> Option<char> {
    text.get(place..)?.contains(sign).then_some(sign)
}
