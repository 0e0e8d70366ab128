//! The `view` of storage format as HTML: elements and attributes from a list, macros with the classes that programs
//! look for, everything else as text. Nothing in it runs.

mod attributes;
mod headings;
mod links;
mod macros;

use super::references::References;
use super::tree::{self, Element, Node};
use crate::formats::html::escape;
use headings::Heading;

/// Elements that are shown as they are.
const ELEMENTS: &[&str] = &[
    "a",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "ins",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];

/// The elements whose text is not shown either.
const HIDDEN: &[&str] = &[
    "script",
    "style",
    "iframe",
    "object",
    "template",
    "ac:parameter",
    "ac:placeholder",
    "ac:task-id",
    "ac:task-uuid",
    "ac:task-list-id",
    "ac:task-status",
    "ac:adf-attribute",
];

/// Renders storage format as HTML. Malformed input is shown as far as it makes sense.
pub(crate) fn view_html(storage: &str, references: &References) -> String {
    let nodes = tree::parse_leniently(storage);
    let headings = headings::all(&nodes, &references.title);
    let mut view =
        View { html: String::new(), references, headings: &headings, next_heading: 0, next_expander: 1 };
    view.nodes(&nodes);
    view.html
}

/// The view that is being written.
struct View<'a> {
    html: String,
    references: &'a References,
    headings: &'a [Heading],
    next_heading: usize,
    next_expander: usize,
}

impl View<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Text(text) => self.put(&escape(text)),
                Node::Element(element) => self.element(element),
            }
        }
    }

    fn element(&mut self, element: &Element) {
        let name = element.name.to_ascii_lowercase();
        match name.as_str() {
            hidden if HIDDEN.contains(&hidden) => {}
            special if special.contains(':') => self.special(special, element),
            "table" => {
                self.around("<div class=\"table-wrap\">", "</div>", |view| view.plain("table", element));
            }
            "time" => self.date(element),
            known if ELEMENTS.contains(&known) => self.plain(known, element),
            _ => self.nodes(&element.children),
        }
    }

    /// Writes an element of HTML, with the attributes that are kept and those that the vendor adds.
    fn plain(&mut self, name: &str, element: &Element) {
        self.html.push('<');
        self.put(name);
        if matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6") {
            let id = self.headings.get(self.next_heading).map(|heading| heading.id.clone());
            self.next_heading += 1;
            self.attribute("id", &id.unwrap_or_default());
        }
        for (key, value) in attributes::kept(name, element) {
            self.attribute(&key, &value);
        }
        if matches!(name, "br" | "hr" | "col") {
            self.put("/>");
            return;
        }
        self.html.push('>');
        self.nodes(&element.children);
        self.put(&format!("</{name}>"));
    }

    fn special(&mut self, name: &str, element: &Element) {
        match name {
            "ac:structured-macro" | "ac:macro" => self.structured_macro(element),
            "ac:task-list" => self.task_list(element),
            "ac:task" => self.task(element),
            "ac:link" => self.link(element),
            "ac:image" => self.image(element),
            "ac:emoticon" => self.emoticon(element),
            "ac:layout" => {
                self.around("<div class=\"contentLayout2\">", "</div>", |view| view.nodes(&element.children));
            }
            "ac:layout-section" => {
                let kind = escape(&element.attribute("ac:type").replace('_', "-"));
                let begin = format!("<div class=\"columnLayout {kind}\" data-layout=\"{kind}\">");
                self.around(&begin, "</div>", |view| view.nodes(&element.children));
            }
            "ac:layout-cell" => {
                let begin = "<div class=\"cell normal\" data-type=\"normal\"><div class=\"innerCell\">";
                self.around(begin, "</div></div>", |view| view.nodes(&element.children));
            }
            "ac:inline-comment-marker" => {
                let reference = escape(element.attribute("ac:ref"));
                let begin = format!("<span class=\"inline-comment-marker\" data-ref=\"{reference}\">");
                self.around(&begin, "</span>", |view| view.nodes(&element.children));
            }
            // A fallback for readers that do not know the node is made to be shown.
            "ac:adf-extension" => match element.child("ac:adf-fallback") {
                Some(fallback) => self.nodes(&fallback.children),
                None => self.nodes(&element.children),
            },
            _ => self.nodes(&element.children),
        }
    }

    fn date(&mut self, element: &Element) {
        let day = element.attribute("datetime");
        let shown = if element.children.is_empty() { attributes::spoken_day(day) } else { element.text() };
        self.put(&format!("<time datetime=\"{}\">{}</time>", escape(day), escape(&shown)));
    }

    fn task_list(&mut self, element: &Element) {
        self.put("<ul class=\"inline-task-list\"");
        let id = self.references.content_id.map(|id| id.to_string()).unwrap_or_default();
        self.attribute("data-inline-tasks-content-id", &id);
        self.html.push('>');
        self.nodes(&element.elements().cloned().map(Node::Element).collect::<Vec<_>>());
        self.put("</ul>");
    }

    fn task(&mut self, element: &Element) {
        let text = |name: &str| element.child(name).map(Element::text).unwrap_or_default();
        self.put("<li");
        if text("ac:task-status").trim() == "complete" {
            self.attribute("class", "checked");
        }
        self.attribute("data-inline-task-id", text("ac:task-id").trim());
        self.html.push('>');
        if let Some(body) = element.child("ac:task-body") {
            self.around("<span>", "</span>", |view| view.nodes(&body.children));
        }
        self.put("</li>");
    }

    fn put(&mut self, html: &str) {
        self.html.push_str(html);
    }

    fn around(&mut self, begin: &str, end: &str, inside: impl FnOnce(&mut Self)) {
        self.put(begin);
        inside(self);
        self.put(end);
    }

    /// Writes an attribute with a space before it; an empty one is left out.
    fn attribute(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.put(&format!(" {name}=\"{}\"", escape(value)));
        }
    }
}
