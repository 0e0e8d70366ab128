//! The visible text of bodies, for searching.

use super::tree::{self, Element, Node};

/// Returns the text that a reader sees, with the words of different elements apart. Of the parameters of macros
/// only titles are visible; a link without words of its own shows its target.
pub(crate) fn plain_text(storage: &str) -> String {
    let mut text = String::new();
    read(&tree::parse_leniently(storage), &mut text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn read(nodes: &[Node], text: &mut String) {
    for node in nodes {
        match node {
            Node::Text(words) => text.push_str(words),
            Node::Element(element) => {
                text.push(' ');
                read_element(element, text);
                text.push(' ');
            }
        }
    }
}

fn read_element(element: &Element, text: &mut String) {
    match element.name.as_str() {
        "ac:parameter" if element.attribute("ac:name") == "title" => read(&element.children, text),
        "ac:parameter" | "ac:task-id" | "ac:task-uuid" | "ac:task-list-id" | "ac:task-status"
        | "ac:adf-attribute" | "ac:adf-fallback" | "ac:placeholder" => {}
        "ac:link" => read_link(element, text),
        "ac:emoticon" => text.push_str(element.attribute("ac:emoji-fallback")),
        _ => read(&element.children, text),
    }
}

fn read_link(element: &Element, text: &mut String) {
    let words = ["ac:link-body", "ac:plain-text-link-body"].iter().find_map(|name| element.child(name));
    if let Some(words) = words {
        return read(&words.children, text);
    }
    let target = element.elements().next();
    let seen = ["ri:content-title", "ri:filename", "ri:space-key"].iter();
    text.extend(target.into_iter().flat_map(|target| seen.clone().map(|name| target.attribute(name))));
}
