//! Storage format as a tree of elements and text.

use quick_xml::events::{BytesStart, Event};

use super::{MAX_DEPTH, check_storage, entities};

/// A piece of storage format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Element(Element),
    Text(String),
}

/// An element with what is inside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Node>,
}

impl Element {
    /// Returns the value of an attribute; empty when there is none.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// Returns the first child element of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.elements().find(|element| element.name == name)
    }

    /// Returns the child elements.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Returns all text inside, however deep.
    pub(crate) fn text(&self) -> String {
        self.children
            .iter()
            .map(|node| match node {
                Node::Element(element) => element.text(),
                Node::Text(text) => text.clone(),
            })
            .collect()
    }
}

/// Parses storage format. Fails with the reason when it is not well-formed.
pub(crate) fn parse(storage: &str) -> Result<Vec<Node>, String> {
    check_storage(storage)?;
    Ok(parse_leniently(storage))
}

/// Parses storage format as far as it makes sense. Elements are closed with those around them. End tags without a
/// beginning are left out, and so is what is nested too deeply, so that walks over the tree can rely on its depth.
pub(crate) fn parse_leniently(storage: &str) -> Vec<Node> {
    let mut reader = super::reader(storage);
    let mut open = vec![Element::default()];
    let mut too_deep = 0_usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(_)) if open.len() > MAX_DEPTH => too_deep += 1,
            Ok(Event::End(_)) if too_deep > 0 => too_deep -= 1,
            Ok(_) if too_deep > 0 => {}
            Ok(Event::Start(tag)) => open.push(element(&tag)),
            Ok(Event::End(tag)) => close(&mut open, tag.name().as_ref()),
            Ok(Event::Empty(tag)) => push(&mut open, Node::Element(element(&tag))),
            Ok(Event::Text(text)) => push(&mut open, Node::Text(text.to_string())),
            Ok(Event::CData(text)) => push(&mut open, Node::Text(text.to_string())),
            Ok(Event::GeneralRef(name)) => {
                push(&mut open, Node::Text(entities::resolve(&name).unwrap_or_default()));
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    while open.len() > 1 {
        close_last(&mut open);
    }
    open.pop().map(|root| root.children).unwrap_or_default()
}

/// Closes the innermost open element of this name, and what is open inside it.
fn close(open: &mut Vec<Element>, name: &str) {
    // The first one is the document, which nothing closes.
    let Some(place) = open.iter().skip(1).rposition(|element| element.name == name) else { return };
    while open.len() > place + 1 {
        close_last(open);
    }
}

fn close_last(open: &mut Vec<Element>) {
    if let Some(element) = open.pop() {
        push(open, Node::Element(element));
    }
}

/// Adds a node to the innermost open element. Neighbouring text is joined: references split it.
fn push(open: &mut [Element], node: Node) {
    let Some(parent) = open.last_mut() else { return };
    match (parent.children.last_mut(), node) {
        (Some(Node::Text(before)), Node::Text(text)) => before.push_str(&text),
        (_, node) => parent.children.push(node),
    }
}

fn element(tag: &BytesStart<'_>) -> Element {
    let attributes = tag
        .attributes()
        .flatten()
        .map(|attribute| (attribute.key.as_ref().to_owned(), entities::resolve_all(&attribute.value)))
        .collect();
    Element { name: tag.name().as_ref().to_owned(), attributes, children: Vec::new() }
}
