//! Nodes without elements of their own in storage format: they are stored as they are in documents, with a fallback
//! for readers that do not know them.

use serde_json::{Map, Value, json};

use super::{blocks, inline};
use crate::formats::storage_format::tree::Element;

/// Converts an extension from storage format; an unknown one becomes nothing.
pub(super) fn node(element: &Element) -> Option<Value> {
    element.child("ac:adf-node").map(convert)
}

fn convert(element: &Element) -> Value {
    let kind = camel_case(element.attribute("type"));
    let mut attributes = Map::new();
    for attribute in element.elements().filter(|child| child.name == "ac:adf-attribute") {
        attributes.insert(camel_case(attribute.attribute("key")), json!(attribute.text()));
    }
    let inner: Vec<Value> =
        element.elements().filter(|child| child.name == "ac:adf-node").map(convert).collect();
    let content = match element.child("ac:adf-content") {
        Some(content) if kind == "decisionItem" => inline::convert(&content.children, &[]),
        Some(content) => blocks::convert(&content.children),
        None => inner,
    };
    json!({ "type": kind, "attrs": attributes, "content": content })
}

/// Converts `panel-type` to `panelType`, as documents have it.
pub(super) fn camel_case(name: &str) -> String {
    let mut words = name.split('-');
    let mut joined = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        joined.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        joined.push_str(letters.as_str());
    }
    joined
}

/// Converts `panelType` to `panel-type`, as storage format has it.
pub(super) fn kebab_case(name: &str) -> String {
    let mut parted = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            parted.push('-');
        }
        parted.extend(letter.to_lowercase());
    }
    parted
}
