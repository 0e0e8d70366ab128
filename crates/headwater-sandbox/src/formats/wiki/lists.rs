//! Lists: `*` and `-` for bullets, `#` for numbers, repeated for lists in lists.

use super::{inline, wrap};

/// The greatest depth of nested lists.
const DEEPEST: usize = 20;

/// One item: its marker, and its text.
type Item<'a> = (&'a str, &'a str);

/// Reads the marker and the text of a line that is an item.
pub(super) fn marker(line: &str) -> Option<Item<'_>> {
    let end = line.find(|letter| !"*#-".contains(letter))?;
    let (marker, text) = line.split_at_checked(end)?;
    let is_marker = (1..=DEEPEST).contains(&marker.len()) && text.starts_with(' ') && marker != "--";
    (is_marker && marker != "---").then(|| (marker, text.trim()))
}

/// Converts the lines of a list.
pub(super) fn convert(lines: &[&str]) -> String {
    let items: Vec<Item<'_>> = lines.iter().filter_map(|line| marker(line)).collect();
    level(&items, 0)
}

/// Writes the lists at this depth; where the kind of the marker changes a new list begins.
fn level(items: &[Item<'_>], depth: usize) -> String {
    items
        .chunk_by(|one, other| is_numbered(one, depth) == is_numbered(other, depth))
        .map(|group| {
            let name = if group.first().is_some_and(|item| is_numbered(item, depth)) { "ol" } else { "ul" };
            wrap(name, &entries(group, depth))
        })
        .collect()
}

/// Writes the items of one list, each with the deeper ones that follow it.
fn entries(items: &[Item<'_>], depth: usize) -> String {
    let is_deeper = |item: &Item<'_>| item.0.len() > depth + 1;
    let mut storage = String::new();
    // Each part is an item and what is below it; only the first can lack the item itself.
    for part in items.chunk_by(|_, next| is_deeper(next)) {
        storage.push_str("<li>");
        let below = match part.split_first() {
            Some((first, below)) if !is_deeper(first) => {
                storage.push_str(&inline::convert(first.1));
                below
            }
            _ => part,
        };
        if !below.is_empty() {
            storage.push_str(&level(below, depth + 1));
        }
        storage.push_str("</li>");
    }
    storage
}

fn is_numbered(item: &Item<'_>, depth: usize) -> bool {
    item.0.as_bytes().get(depth) == Some(&b'#')
}
