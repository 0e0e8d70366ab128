//! Tables, read from storage format.

use serde_json::{Map, Value, json};

use super::blocks;
use super::style::{pixels, property, whole};
use crate::formats::storage_format::tree::Element;

/// The columns that the cells of a table take.
#[derive(Default)]
struct Columns {
    /// The width of each column, if it is given.
    widths: Vec<Option<f64>>,
    /// The number of rows that the cell above still covers, by column.
    covered: Vec<usize>,
}

/// Converts a table.
pub(super) fn table(element: &Element) -> Value {
    let group = element.child("colgroup");
    let width = |column: &Element| pixels(property(column.attribute("style"), "width"));
    let widths = group.into_iter().flat_map(Element::elements).filter(|it| it.name == "col").map(width);
    let mut columns = Columns { widths: widths.collect(), covered: Vec::new() };
    let mut attributes = Map::new();
    if let Some(width) = pixels(element.attribute("data-table-width")) {
        attributes.insert("width".to_owned(), whole(width));
    }
    for (name, attribute) in [("layout", "data-layout"), ("localId", "ac:local-id")] {
        let value = element.attribute(attribute);
        if !value.is_empty() {
            attributes.insert(name.to_owned(), json!(value));
        }
    }
    if element.attribute("data-number-column") == "true" {
        attributes.insert("isNumberColumnEnabled".to_owned(), json!(true));
    }
    let mut table = json!({ "type": "table", "content": rows(element, &mut columns) });
    if let (false, Some(table)) = (attributes.is_empty(), table.as_object_mut()) {
        table.insert("attrs".to_owned(), Value::Object(attributes));
    }
    table
}

fn rows(element: &Element, columns: &mut Columns) -> Vec<Value> {
    let mut rows = Vec::new();
    for child in element.elements() {
        match child.name.as_str() {
            "thead" | "tbody" | "tfoot" => rows.extend(self::rows(child, columns)),
            "tr" => rows.push(json!({ "type": "tableRow", "content": cells(child, columns) })),
            _ => {}
        }
    }
    rows
}

fn cells(row: &Element, columns: &mut Columns) -> Vec<Value> {
    let mut shown = Vec::new();
    let mut column = 0;
    for cell in row.elements().filter(|cell| cell.name == "td" || cell.name == "th") {
        column = columns.next_free(column);
        let (columns_wide, rows_high) = (span(cell, "colspan"), span(cell, "rowspan"));
        columns.cover(column, columns_wide, rows_high);
        let kind = if cell.name == "th" { "tableHeader" } else { "tableCell" };
        let attributes = attributes(cell, columns.widths.get(column..), columns_wide, rows_high);
        column += columns_wide;
        shown.push(json!({ "type": kind, "attrs": attributes, "content": blocks::convert(&cell.children) }));
    }
    columns.end_row(column);
    shown
}

fn attributes(
    cell: &Element,
    widths: Option<&[Option<f64>]>,
    wide: usize,
    high: usize,
) -> Map<String, Value> {
    let mut attributes = Map::new();
    for (name, span) in [("colspan", wide), ("rowspan", high)] {
        if span > 1 {
            attributes.insert(name.to_owned(), json!(span));
        }
    }
    let widths: Option<Vec<Value>> =
        widths.and_then(|widths| widths.get(..wide)?.iter().map(|it| it.map(whole)).collect());
    if let Some(widths) = widths {
        attributes.insert("colwidth".to_owned(), json!(widths));
    }
    let background = cell.attribute("data-highlight-colour");
    if !background.is_empty() {
        attributes.insert("background".to_owned(), json!(background));
    }
    attributes
}

/// Reads how many columns or rows a cell covers. More than a thousand is a mistake.
fn span(cell: &Element, name: &str) -> usize {
    cell.attribute(name).parse().ok().filter(|span| (1..=1000).contains(span)).unwrap_or(1)
}

impl Columns {
    /// Returns the next column that no cell above covers. The columns it passes are covered for one row less from
    /// here on.
    fn next_free(&mut self, from: usize) -> usize {
        let mut column = from;
        while let Some(rows) = self.covered.get_mut(column).filter(|rows| **rows > 0) {
            *rows -= 1;
            column += 1;
        }
        column
    }

    fn cover(&mut self, from: usize, wide: usize, high: usize) {
        if self.covered.len() < from + wide {
            self.covered.resize(from + wide, 0);
        }
        self.covered.iter_mut().skip(from).take(wide).for_each(|rows| *rows = high - 1);
    }

    /// Counts down the columns after the last cell of a row that cells above cover.
    fn end_row(&mut self, from: usize) {
        self.covered.iter_mut().skip(from).for_each(|rows| *rows = rows.saturating_sub(1));
    }
}
