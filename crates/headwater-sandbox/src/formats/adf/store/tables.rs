//! Tables, written as storage format.

use serde_json::Value;

use super::{blocks, content, escape, kind, number, text, wrap};

/// Converts a table.
pub(super) fn table(node: &Value) -> Result<String, String> {
    let width = node.pointer("/attrs/width").and_then(Value::as_f64);
    let width = width.map(|width| format!(" data-table-width=\"{width}\"")).unwrap_or_default();
    let layout = attribute("data-layout", text(node, "layout"));
    let id = attribute("ac:local-id", text(node, "localId"));
    let is_numbered = node.pointer("/attrs/isNumberColumnEnabled") == Some(&Value::Bool(true));
    let numbered = if is_numbered { " data-number-column=\"true\"" } else { "" };
    let rows = blocks(node)?;
    let columns = columns(node)?;
    Ok(format!("<table{width}{layout}{id}{numbered}>{columns}<tbody>{rows}</tbody></table>"))
}

/// Converts a cell.
pub(super) fn cell(name: &str, node: &Value) -> Result<String, String> {
    let span = |span: &str| {
        let count = number(node, span).filter(|count| *count > 1);
        count.map(|count| format!(" {span}=\"{count}\"")).unwrap_or_default()
    };
    let background = attribute("data-highlight-colour", text(node, "background"));
    Ok(format!("<{name}{}{}{background}>{}</{name}>", span("colspan"), span("rowspan"), blocks(node)?))
}

/// Writes the widths of the columns, if all cells of the first row give them.
fn columns(node: &Value) -> Result<String, String> {
    let Some(row) = content(node)?.iter().find(|row| kind(row) == Ok("tableRow")) else {
        return Ok(String::new());
    };
    let mut columns = Vec::new();
    for cell in content(row)? {
        let Some(widths) = cell.pointer("/attrs/colwidth").and_then(Value::as_array) else {
            return Ok(String::new());
        };
        for width in widths.iter().filter_map(Value::as_f64) {
            columns.push(format!("<col style=\"width: {width:.1}px;\" />"));
        }
    }
    Ok(if columns.is_empty() { String::new() } else { wrap("colgroup", &columns.concat()) })
}

/// Writes an attribute with a space before it; an empty one is left out.
fn attribute(name: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(" {name}=\"{}\"", escape(value)) }
}
