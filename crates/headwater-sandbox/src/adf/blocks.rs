//! Blocks, out of storage format.

use serde_json::{Value, json};

use super::inline;
use super::macros;
use super::tree::{Element, Node};

/// Converts what stands where blocks stand. Loose text is gathered into paragraphs.
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
    let is_blank = |node: &Node| matches!(node, Node::Text(text) if text.trim().is_empty());
    if !nodes.iter().all(is_blank) {
        blocks.push(json!({ "type": "paragraph", "content": inline::convert(&nodes, &[]) }));
    }
}

fn convert_element(element: &Element) -> Vec<Value> {
    let one = |node: Value| vec![node];
    match element.name.as_str() {
        "p" => one(json!({ "type": "paragraph", "content": inline::convert(&element.children, &[]) })),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => one(heading(element)),
        "ul" => one(json!({ "type": "bulletList", "content": items(element) })),
        "ol" => one(ordered(element)),
        "blockquote" => one(json!({ "type": "blockquote", "content": convert(&element.children) })),
        "hr" => one(json!({ "type": "rule" })),
        "pre" => one(macros::code_block("", &element.text())),
        "table" => one(json!({ "type": "table", "content": rows(element) })),
        "ac:task-list" => one(macros::task_list(element)),
        "ac:image" => macros::image(element).into_iter().collect(),
        "ac:structured-macro" => one(macros::block(element)),
        "ac:layout-section" => one(json!({ "type": "layoutSection", "content": cells(element) })),
        // Wrappers that mean nothing of their own.
        _ => convert(&element.children),
    }
}

fn heading(element: &Element) -> Value {
    let level: u8 = element.name.trim_start_matches('h').parse().unwrap_or(1);
    let content = inline::convert(&element.children, &[]);
    json!({ "type": "heading", "attrs": { "level": level }, "content": content })
}

fn ordered(element: &Element) -> Value {
    let start: i64 = element.attribute("start").parse().unwrap_or(1);
    json!({ "type": "orderedList", "attrs": { "order": start }, "content": items(element) })
}

fn items(element: &Element) -> Vec<Value> {
    let items = element.elements().filter(|item| item.name == "li");
    items.map(|item| json!({ "type": "listItem", "content": convert(&item.children) })).collect()
}

fn rows(element: &Element) -> Vec<Value> {
    let mut rows = Vec::new();
    for child in element.elements() {
        match child.name.as_str() {
            "thead" | "tbody" | "tfoot" => rows.extend(self::rows(child)),
            "tr" => rows.push(json!({ "type": "tableRow", "content": table_cells(child) })),
            _ => {}
        }
    }
    rows
}

fn table_cells(row: &Element) -> Vec<Value> {
    let cells = row.elements().filter(|cell| cell.name == "td" || cell.name == "th");
    cells
        .map(|cell| {
            let kind = if cell.name == "th" { "tableHeader" } else { "tableCell" };
            let mut attributes = json!({});
            for name in ["colspan", "rowspan"] {
                let span: Option<i64> = cell.attribute(name).parse().ok().filter(|span| *span > 1);
                if let (Some(attributes), Some(span)) = (attributes.as_object_mut(), span) {
                    attributes.insert(name.to_owned(), json!(span));
                }
            }
            json!({ "type": kind, "attrs": attributes, "content": convert(&cell.children) })
        })
        .collect()
}

fn cells(section: &Element) -> Vec<Value> {
    let cells: Vec<&Element> = section.elements().filter(|cell| cell.name == "ac:layout-cell").collect();
    let count = u32::try_from(cells.len().max(1)).unwrap_or(1);
    let width = 100.0 / f64::from(count);
    cells
        .into_iter()
        .map(|cell| json!({ "type": "layoutColumn", "attrs": { "width": width }, "content": convert(&cell.children) }))
        .collect()
}
