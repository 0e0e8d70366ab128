//! Storage format as a tree of elements and text.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::render;

/// A piece of storage format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

/// An element with what is inside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Node>,
}

impl Element {
    /// The value of an attribute; empty when there is none.
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// The first child element of this name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.elements().find(|element| element.name == name)
    }

    /// The child elements.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// All text inside, however deep.
    pub(super) fn text(&self) -> String {
        self.children
            .iter()
            .map(|node| match node {
                Node::Element(element) => element.text(),
                Node::Text(text) => text.clone(),
            })
            .collect()
    }
}

/// Parses storage format; what is not well-formed is refused, with the reason.
pub(super) fn parse(storage: &str) -> Result<Vec<Node>, String> {
    // The check bounds the depth, which every walk over the tree relies on.
    render::check_storage(storage)?;
    let mut reader = Reader::from_str(storage);
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        let node = match event {
            Event::Start(tag) => {
                open.push(element(&tag));
                continue;
            }
            Event::End(_) => open.pop().map(Node::Element),
            Event::Empty(tag) => Some(Node::Element(element(&tag))),
            Event::Text(text) => Some(Node::Text(text.to_string())),
            Event::CData(text) => Some(Node::Text(text.to_string())),
            Event::GeneralRef(name) => Some(Node::Text(character(&name))),
            Event::Eof => break,
            _ => None,
        };
        if let (Some(node), Some(parent)) = (node, open.last_mut()) {
            push(&mut parent.children, node);
        }
    }
    Ok(open.into_iter().next().map(|root| root.children).unwrap_or_default())
}

/// Joins neighbouring text: references split it.
fn push(children: &mut Vec<Node>, node: Node) {
    match (children.last_mut(), node) {
        (Some(Node::Text(before)), Node::Text(text)) => before.push_str(&text),
        (_, node) => children.push(node),
    }
}

fn element(tag: &BytesStart<'_>) -> Element {
    let attributes = tag
        .attributes()
        .flatten()
        .map(|attribute| (attribute.key.as_ref().to_owned(), resolve(&attribute.value)))
        .collect();
    Element { name: tag.name().as_ref().to_owned(), attributes, children: Vec::new() }
}

/// Resolves the references in the value of an attribute.
fn resolve(value: &str) -> String {
    let mut resolved = String::new();
    let mut rest = value;
    while let Some((before, behind)) = rest.split_once('&') {
        resolved.push_str(before);
        let Some((name, after)) = behind.split_once(';') else {
            resolved.push('&');
            rest = behind;
            continue;
        };
        resolved.push_str(&character(name));
        rest = after;
    }
    resolved.push_str(rest);
    resolved
}

/// The text a reference stands for.
fn character(name: &str) -> String {
    match name {
        // Plain text drops white space at its ends, and this is white space.
        "nbsp" | "#160" | "#xa0" | "#xA0" => "\u{a0}".to_owned(),
        "#10" | "#xa" | "#xA" => "\n".to_owned(),
        "#9" | "#x9" => "\t".to_owned(),
        "#32" | "#x20" => " ".to_owned(),
        _ => render::plain_text(&format!("&{name};")),
    }
}
