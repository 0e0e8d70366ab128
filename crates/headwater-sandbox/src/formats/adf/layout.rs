//! Sections of columns: their kinds in storage format, and the widths of their columns in documents.

use serde_json::{Value, json};

use super::blocks;
use super::style::whole;
use crate::formats::storage_format::tree::Element;

/// The kinds of sections, and how wide each of their columns is, in percent.
const KINDS: [(&str, &[f64]); 8] = [
    ("single", &[100.0]),
    ("fixed-width", &[100.0]),
    ("two_equal", &[50.0, 50.0]),
    ("two_left_sidebar", &[33.33, 66.66]),
    ("two_right_sidebar", &[66.66, 33.33]),
    ("three_equal", &[33.33, 33.33, 33.33]),
    ("three_with_sidebars", &[25.0, 50.0, 25.0]),
    ("four_equal", &[25.0, 25.0, 25.0, 25.0]),
];

/// Converts a section from storage format.
pub(super) fn section(section: &Element) -> Value {
    let cells: Vec<&Element> = section.elements().filter(|cell| cell.name == "ac:layout-cell").collect();
    let kind = section.attribute("ac:type");
    let known = KINDS.iter().find(|(name, widths)| *name == kind && widths.len() == cells.len());
    let even = 100.0 / f64::from(u32::try_from(cells.len().max(1)).unwrap_or(1));
    let width = |at: usize| known.and_then(|(_, widths)| widths.get(at)).copied().unwrap_or(even);
    let columns: Vec<Value> = cells
        .into_iter()
        .enumerate()
        .map(|(at, cell)| {
            let content = blocks::convert(&cell.children);
            json!({ "type": "layoutColumn", "attrs": { "width": whole(width(at)) }, "content": content })
        })
        .collect();
    json!({ "type": "layoutSection", "content": columns })
}

/// Returns the kind of section whose columns are nearest to these widths.
pub(super) fn kind(widths: &[Option<f64>]) -> &'static str {
    let even = 100.0 / f64::from(u32::try_from(widths.len().max(1)).unwrap_or(1));
    let distance = |known: &[f64]| -> f64 {
        known.iter().zip(widths).map(|(known, width)| (known - width.unwrap_or(even)).abs()).sum()
    };
    let alike = KINDS.iter().filter(|(_, known)| known.len() == widths.len());
    let nearest = alike.min_by(|(_, one), (_, other)| distance(one).total_cmp(&distance(other)));
    match (nearest, widths.len()) {
        (Some((kind, _)), _) => kind,
        (None, 0) => "single",
        (None, _) => "four_equal",
    }
}
