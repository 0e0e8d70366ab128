//! Headings and the anchors that lead to them.

use crate::formats::storage_format::tree::Node;

/// A heading.
pub(super) struct Heading {
    pub(super) level: u8,
    pub(super) text: String,
    /// The target of links: the title of the page and the words of the heading, without spaces.
    pub(super) id: String,
}

/// Returns the headings of a body, in their order.
pub(super) fn all(nodes: &[Node], title: &str) -> Vec<Heading> {
    let mut found = Vec::new();
    collect(nodes, title, &mut found);
    found
}

/// Returns the anchor of a place on the page with this title.
pub(super) fn anchor(title: &str, name: &str) -> String {
    let join = |text: &str| text.split_whitespace().collect::<String>();
    if title.is_empty() { join(name) } else { format!("{}-{}", join(title), join(name)) }
}

fn collect(nodes: &[Node], title: &str, found: &mut Vec<Heading>) {
    for node in nodes {
        let Node::Element(element) = node else { continue };
        let level = element.name.strip_prefix('h').and_then(|level| level.parse().ok());
        if let Some(level @ 1..=6) = level {
            let text = element.text();
            let plain = anchor(title, &text);
            let times = found.iter().filter(|it| it.text == text).count();
            let id = if times == 0 { plain } else { format!("{plain}.{times}") };
            found.push(Heading { level, text, id });
        }
        collect(&element.children, title, found);
    }
}
