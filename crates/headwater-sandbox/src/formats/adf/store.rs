//! Documents, written as storage format.

mod extension;
mod inline;
mod links;
mod macros;
mod media;
mod tables;

use serde_json::Value;

use super::{layout, style};

/// Converts the content of a node that holds blocks.
pub(super) fn blocks(node: &Value) -> Result<String, String> {
    content(node)?.iter().map(block).collect()
}

fn block(node: &Value) -> Result<String, String> {
    let kind = kind(node)?;
    match kind {
        "paragraph" => Ok(placed("p", node, &inline::line(node)?)),
        "heading" => match number(node, "level") {
            Some(level @ 1..=6) => Ok(placed(&format!("h{level}"), node, &inline::line(node)?)),
            _ => Err("a heading needs a level from 1 to 6".to_owned()),
        },
        "bulletList" => Ok(wrap("ul", &blocks(node)?)),
        "orderedList" => {
            let start = number(node, "order").filter(|start| *start != 1);
            let start = start.map(|start| format!(" start=\"{start}\"")).unwrap_or_default();
            Ok(format!("<ol{start}>{}</ol>", blocks(node)?))
        }
        "listItem" => Ok(wrap("li", &blocks(node)?)),
        "blockquote" => Ok(wrap("blockquote", &blocks(node)?)),
        "rule" => Ok("<hr />".to_owned()),
        "table" => tables::table(node),
        "tableRow" => Ok(wrap("tr", &blocks(node)?)),
        "tableCell" => tables::cell("td", node),
        "tableHeader" => tables::cell("th", node),
        "layoutSection" => section(node),
        "layoutColumn" => Ok(wrap("ac:layout-cell", &blocks(node)?)),
        "blockCard" => Ok(wrap("p", &inline::card(node, "block")?)),
        "embedCard" => Ok(wrap("p", &inline::card(node, "embed")?)),
        "mediaGroup" => blocks(node),
        _ => macros::block(kind, node),
    }
}

fn wrap(name: &str, inside: &str) -> String {
    format!("<{name}>{inside}</{name}>")
}

/// Writes an element with the alignment and indentation of the node's marks.
fn placed(name: &str, node: &Value, inside: &str) -> String {
    format!("<{name}{}>{inside}</{name}>", style::attribute(node))
}

/// Writes a section of columns in a layout of its own: storage format allows several layouts.
fn section(node: &Value) -> Result<String, String> {
    let width = |column: &Value| column.pointer("/attrs/width").and_then(Value::as_f64);
    let widths: Vec<Option<f64>> = content(node)?.iter().map(width).collect();
    let kind = layout::kind(&widths);
    let section = blocks(node)?;
    Ok(format!("<ac:layout><ac:layout-section ac:type=\"{kind}\">{section}</ac:layout-section></ac:layout>"))
}

/// Returns the type of a node.
fn kind(node: &Value) -> Result<&str, String> {
    node.get("type").and_then(Value::as_str).ok_or_else(|| "every node needs a type".to_owned())
}

/// Returns the nodes inside a node.
fn content(node: &Value) -> Result<&[Value], String> {
    match node.get("content") {
        None => Ok(&[]),
        Some(Value::Array(nodes)) => Ok(nodes),
        Some(_) => Err("the content of a node must be a list".to_owned()),
    }
}

/// Returns a text attribute; empty when there is none.
fn text<'a>(node: &'a Value, name: &str) -> &'a str {
    node.get("attrs").and_then(|attributes| attributes.get(name)).and_then(Value::as_str).unwrap_or_default()
}

/// Returns a number attribute.
fn number(node: &Value, name: &str) -> Option<i64> {
    node.get("attrs").and_then(|attributes| attributes.get(name)).and_then(Value::as_i64)
}

/// Escapes text for elements and attributes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Writes text as a CDATA section.
fn cdata(text: &str) -> String {
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}
