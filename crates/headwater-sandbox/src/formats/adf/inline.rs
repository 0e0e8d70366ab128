//! Text with its marks, read from storage format.

use serde_json::{Value, json};

use super::{links, macros, media, style};
use crate::formats::storage_format::tree::{Element, Node};

/// Converts inline content. White space between blocks is dropped by the caller; inside it is kept.
pub(super) fn convert(nodes: &[Node], marks: &[Value]) -> Vec<Value> {
    nodes.iter().flat_map(|node| convert_node(node, marks)).collect()
}

/// Returns whether an element belongs into a line of text.
pub(super) fn is_inline(element: &Element) -> bool {
    match element.name.as_str() {
        "a"
        | "ac:link"
        | "b"
        | "br"
        | "code"
        | "del"
        | "em"
        | "i"
        | "s"
        | "span"
        | "strong"
        | "sub"
        | "sup"
        | "time"
        | "u"
        | "ac:emoticon"
        | "ac:placeholder"
        | "ac:inline-comment-marker" => true,
        "ac:structured-macro" => element.attribute("ac:name") == "status",
        _ => false,
    }
}

fn convert_node(node: &Node, marks: &[Value]) -> Vec<Value> {
    match node {
        Node::Text(text) => text_node(text, marks),
        Node::Element(element) => convert_element(element, marks),
    }
}

fn convert_element(element: &Element, marks: &[Value]) -> Vec<Value> {
    let marked = |mark: Value| {
        let mut marks = marks.to_vec();
        marks.push(mark);
        convert(&element.children, &marks)
    };
    match element.name.as_str() {
        "strong" | "b" => marked(json!({ "type": "strong" })),
        "em" | "i" => marked(json!({ "type": "em" })),
        "u" => marked(json!({ "type": "underline" })),
        "s" | "del" => marked(json!({ "type": "strike" })),
        "code" => marked(json!({ "type": "code" })),
        "sub" | "sup" => marked(json!({ "type": "subsup", "attrs": { "type": element.name } })),
        "span" => coloured(element, marks),
        "a" if element.attribute("data-card-appearance") == "inline" => {
            vec![json!({ "type": "inlineCard", "attrs": { "url": element.attribute("href") } })]
        }
        "a" => marked(json!({ "type": "link", "attrs": { "href": element.attribute("href") } })),
        "br" => vec![json!({ "type": "hardBreak" })],
        "time" => vec![json!({ "type": "date", "attrs": { "timestamp": timestamp(element) } })],
        "ac:emoticon" => emoticon(element, marks),
        "ac:link" => links::link(element, marks),
        "ac:image" => media::inline(element).into_iter().collect(),
        "ac:inline-comment-marker" => marked(json!({
            "type": "annotation",
            "attrs": { "annotationType": "inlineComment", "id": element.attribute("ac:ref") },
        })),
        "ac:structured-macro" if element.attribute("ac:name") == "status" => vec![macros::status(element)],
        "ac:structured-macro" => vec![macros::inline(element)],
        _ => convert(&element.children, marks),
    }
}

fn text_node(text: &str, marks: &[Value]) -> Vec<Value> {
    // A line break in the source is a space to a reader.
    let text = text.replace(['\n', '\r'], " ");
    match (text.is_empty(), marks.is_empty()) {
        (true, _) => Vec::new(),
        (false, true) => vec![json!({ "type": "text", "text": text })],
        (false, false) => vec![json!({ "type": "text", "text": text, "marks": marks })],
    }
}

/// Returns the day of a `time` element, in milliseconds as text.
fn timestamp(element: &Element) -> String {
    let day = element.attribute("datetime");
    crate::timestamp::parse(&format!("{day}T00:00:00Z")).unwrap_or_default().to_string()
}

fn emoticon(element: &Element, marks: &[Value]) -> Vec<Value> {
    let name = element.attribute("ac:emoji-shortname");
    let fallback = element.attribute("ac:emoji-fallback");
    match (name.is_empty(), fallback.is_empty()) {
        (true, true) => text_node(&format!(":{}:", element.attribute("ac:name")), marks),
        (true, false) => text_node(fallback, marks),
        _ => {
            let mut attributes = json!({ "shortName": name, "text": fallback });
            let id = element.attribute("ac:emoji-id");
            if let (false, Some(attributes)) = (id.is_empty(), attributes.as_object_mut()) {
                attributes.insert("id".to_owned(), json!(id));
            }
            vec![json!({ "type": "emoji", "attrs": attributes })]
        }
    }
}

/// Converts text in the colours of its `span`.
fn coloured(element: &Element, marks: &[Value]) -> Vec<Value> {
    let mut marks = marks.to_vec();
    marks.extend(style::colours(element.attribute("style")));
    convert(&element.children, &marks)
}
