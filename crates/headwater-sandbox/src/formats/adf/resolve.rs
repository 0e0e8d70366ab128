//! References of a document, resolved in the vendor's way: pages to their addresses, files to their ids, people to
//! their names.

use serde_json::{Map, Value, json};

use crate::formats::storage_format::References;

/// Fills in what was looked up. Unknown references stay as they are.
pub(super) fn resolve(node: &mut Value, references: &References) {
    match node {
        Value::Array(nodes) => nodes.iter_mut().for_each(|node| resolve(node, references)),
        Value::Object(members) => {
            let kind = members.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
            if let Some(attributes) = members.get_mut("attrs").and_then(Value::as_object_mut) {
                match kind.as_str() {
                    "media" | "mediaInline" => file(attributes, references),
                    "mention" => person(attributes, references),
                    "link" => link(attributes, references),
                    _ => {}
                }
            }
            for name in ["content", "marks"] {
                if let Some(inside) = members.get_mut(name) {
                    resolve(inside, references);
                }
            }
        }
        _ => {}
    }
}

fn file(attributes: &mut Map<String, Value>, references: &References) {
    let name = attributes.get("__fileName").and_then(Value::as_str);
    if let Some(file) = name.and_then(|name| references.files.get(name)) {
        attributes.insert("id".to_owned(), json!(file.file_id));
        attributes.insert("collection".to_owned(), json!(format!("contentId-{}", file.container_id)));
    }
}

fn person(attributes: &mut Map<String, Value>, references: &References) {
    let id = attributes.get("id").and_then(Value::as_str).unwrap_or_default();
    if let Some(name) = references.people.get(id) {
        attributes.insert("text".to_owned(), json!(format!("@{name}")));
    }
}

fn link(attributes: &mut Map<String, Value>, references: &References) {
    let Some(metadata) = attributes.get("__confluenceMetadata") else { return };
    let known = |name: &str| metadata.get(name).and_then(Value::as_str).unwrap_or_default();
    let place = match known("anchorName") {
        "" => String::new(),
        anchor => format!("#{anchor}"),
    };
    let page = references.page(known("spaceKey"), known("contentTitle"));
    let file = references.files.get(known("fileName"));
    let address = match (page, file, known("linkType")) {
        (Some(page), ..) => format!("{}{}{place}", references.base, page.path),
        (None, Some(file), _) => file.address.clone(),
        (None, None, "space") => format!("{}/spaces/{}", references.base, known("spaceKey")),
        _ => return,
    };
    attributes.insert("href".to_owned(), json!(address));
}
