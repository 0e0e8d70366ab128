//! Links, read from storage format: to pages by title, to people, files, spaces and anchors.

use serde_json::{Map, Value, json};

use super::inline;
use crate::formats::storage_format::tree::{Element, Node};

/// Converts an `ac:link` element.
pub(super) fn link(element: &Element, marks: &[Value]) -> Vec<Value> {
    if let Some(user) = element.child("ri:user") {
        return vec![json!({ "type": "mention", "attrs": { "id": user.attribute("ri:account-id") } })];
    }
    let mut metadata = Map::new();
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            metadata.insert(name.to_owned(), json!(value));
        }
    };
    let anchor = element.attribute("ac:anchor");
    let (target, words) = target(element, anchor);
    for (name, value) in target {
        put(name, value);
    }
    put("anchorName", anchor);
    let address = if words.is_empty() || metadata.get("linkType") == Some(&json!("self")) {
        format!("#{anchor}")
    } else {
        let encoded: String = url::form_urlencoded::byte_serialize(words.as_bytes()).collect();
        format!("/wiki/search?q={encoded}")
    };
    let mark = json!({ "type": "link", "attrs": { "href": address, "__confluenceMetadata": metadata } });
    let mut marks = marks.to_vec();
    marks.push(mark);
    let shown = ["ac:link-body", "ac:plain-text-link-body"].iter().find_map(|name| element.child(name));
    match shown.filter(|shown| !shown.text().is_empty()) {
        Some(shown) => inline::convert(&shown.children, &marks),
        None => inline::convert(&[Node::Text(words)], &marks),
    }
}

/// Returns the metadata of a link's target, and the words that the link is shown with when it has none of its own.
fn target<'a>(element: &'a Element, anchor: &'a str) -> (Vec<(&'static str, &'a str)>, String) {
    let known = |name: &str| element.child(name);
    if let Some(page) = known("ri:page").or_else(|| known("ri:blog-post")) {
        let title = page.attribute("ri:content-title");
        let kind = if page.name == "ri:page" { "page" } else { "blogpost" };
        let members = vec![
            ("linkType", kind),
            ("contentTitle", title),
            ("spaceKey", page.attribute("ri:space-key")),
            ("postingDay", page.attribute("ri:posting-day")),
        ];
        return (members, title.to_owned());
    }
    if let Some(file) = known("ri:attachment") {
        let name = file.attribute("ri:filename");
        return (vec![("linkType", "attachment"), ("fileName", name)], name.to_owned());
    }
    if let Some(space) = known("ri:space") {
        let key = space.attribute("ri:space-key");
        return (vec![("linkType", "space"), ("spaceKey", key)], key.to_owned());
    }
    (vec![("linkType", "self")], anchor.to_owned())
}
