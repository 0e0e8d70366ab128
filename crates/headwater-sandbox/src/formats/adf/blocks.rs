//! Blocks, read from storage format.

use serde_json::{Value, json};

use super::{extension, inline, layout, macros, media, style, tables};
use crate::formats::storage_format::tree::{Element, Node};

/// Converts block content. Loose text is gathered into paragraphs.
pub(super) fn convert(nodes: &[Node]) -> Vec<Value> {
    let mut blocks = Vec::new();
    let mut loose: Vec<Node> = Vec::new();
    for node in nodes {
        match node {
            Node::Element(element) if !inline::is_inline(element) => {
                flush(&mut loose, &mut blocks);
                blocks.extend(convert_element(element));
            }
            node => loose.push(node.clone()),
        }
    }
    flush(&mut loose, &mut blocks);
    blocks
}

fn flush(loose: &mut Vec<Node>, blocks: &mut Vec<Value>) {
    let nodes = std::mem::take(loose);
    if !nodes.iter().all(is_blank) {
        blocks.push(json!({ "type": "paragraph", "content": inline::convert(&nodes, &[]) }));
    }
}

fn is_blank(node: &Node) -> bool {
    matches!(node, Node::Text(text) if text.trim().is_empty())
}

fn convert_element(element: &Element) -> Vec<Value> {
    let one = |node: Value| vec![node];
    match element.name.as_str() {
        "p" => one(paragraph(element)),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => one(heading(element)),
        "ul" => one(json!({ "type": "bulletList", "content": items(element) })),
        "ol" => one(ordered(element)),
        "blockquote" => one(json!({ "type": "blockquote", "content": convert(&element.children) })),
        "hr" => one(json!({ "type": "rule" })),
        "pre" => one(macros::code_block("", &element.text())),
        "table" => one(tables::table(element)),
        "ac:task-list" => one(macros::task_list(element)),
        "ac:image" => media::single(element).into_iter().collect(),
        "ac:structured-macro" => one(macros::block(element)),
        "ac:layout-section" => one(layout::section(element)),
        "ac:adf-extension" => extension::node(element).into_iter().collect(),
        // Wrappers that mean nothing of their own.
        _ => convert(&element.children),
    }
}

/// Converts a paragraph; one with nothing but a block card is that card.
fn paragraph(element: &Element) -> Value {
    let mut inside = element.children.iter().filter(|node| !is_blank(node));
    if let (Some(Node::Element(link)), None) = (inside.next(), inside.next())
        && link.name == "a"
        && let Some(kind) = card(link.attribute("data-card-appearance"))
    {
        return json!({ "type": kind, "attrs": { "url": link.attribute("href") } });
    }
    placed(json!({ "type": "paragraph", "content": inline::convert(&element.children, &[]) }), element)
}

/// Returns the type of the node for a link that shows its target as a block.
fn card(appearance: &str) -> Option<&'static str> {
    match appearance {
        "block" => Some("blockCard"),
        "embed" => Some("embedCard"),
        _ => None,
    }
}

fn heading(element: &Element) -> Value {
    let level: u8 = element.name.trim_start_matches('h').parse().unwrap_or(1);
    let content = inline::convert(&element.children, &[]);
    placed(json!({ "type": "heading", "attrs": { "level": level }, "content": content }), element)
}

/// Adds the marks for the alignment and indentation of a block.
fn placed(mut block: Value, element: &Element) -> Value {
    let marks = style::placement(element.attribute("style"));
    if let (false, Some(block)) = (marks.is_empty(), block.as_object_mut()) {
        block.insert("marks".to_owned(), json!(marks));
    }
    block
}

fn ordered(element: &Element) -> Value {
    let start: i64 = element.attribute("start").parse().unwrap_or(1);
    json!({ "type": "orderedList", "attrs": { "order": start }, "content": items(element) })
}

fn items(element: &Element) -> Vec<Value> {
    let items = element.elements().filter(|item| item.name == "li");
    items.map(|item| json!({ "type": "listItem", "content": convert(&item.children) })).collect()
}
