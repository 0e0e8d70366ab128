//! Pictures, read from storage format.

use serde_json::{Map, Value, json};

use super::inline;
use super::style::{pixels, whole};
use crate::formats::storage_format::tree::Element;

/// Converts a picture with an address, or an attached one with a file name; anything else becomes nothing.
pub(super) fn single(element: &Element) -> Option<Value> {
    let mut inside = vec![media(element)?];
    if let Some(caption) = element.child("ac:caption") {
        let lines = caption.child("p").unwrap_or(caption);
        inside.push(json!({ "type": "caption", "content": inline::convert(&lines.children, &[]) }));
    }
    let mut attributes = Map::new();
    let layout = match (element.attribute("ac:layout"), element.attribute("ac:align")) {
        ("", "left") => "align-start",
        ("", "right") => "align-end",
        ("", _) => "center",
        (layout, _) => layout,
    };
    attributes.insert("layout".to_owned(), json!(layout));
    if let Some(width) = pixels(element.attribute("ac:width")) {
        attributes.insert("width".to_owned(), whole(width));
        attributes.insert("widthType".to_owned(), json!("pixel"));
    }
    Some(json!({ "type": "mediaSingle", "attrs": attributes, "content": inside }))
}

/// Converts a picture inside a line.
pub(super) fn inline(element: &Element) -> Option<Value> {
    let mut media = media(element)?;
    if let Some(members) = media.as_object_mut() {
        members.insert("type".to_owned(), json!("mediaInline"));
    }
    Some(media)
}

fn media(element: &Element) -> Option<Value> {
    let mut attributes = match (element.child("ri:url"), element.child("ri:attachment")) {
        (Some(url), _) => json!({ "type": "external", "url": url.attribute("ri:value") }),
        (None, Some(file)) => {
            let name = file.attribute("ri:filename");
            json!({ "type": "file", "id": name, "collection": "", "__fileName": name })
        }
        (None, None) => return None,
    };
    if let Some(attributes) = attributes.as_object_mut() {
        attributes.insert("alt".to_owned(), json!(element.attribute("ac:alt")));
        for (name, attribute) in [("width", "ac:original-width"), ("height", "ac:original-height")] {
            if let Some(pixels) = pixels(element.attribute(attribute)) {
                attributes.insert(name.to_owned(), whole(pixels));
            }
        }
    }
    Some(json!({ "type": "media", "attrs": attributes }))
}
