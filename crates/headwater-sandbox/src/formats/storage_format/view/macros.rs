//! Macros in a view. An unknown macro is shown with its body, in a box that names it to programs.

use super::View;
use super::headings::anchor;
use crate::formats::html::escape;
use crate::formats::storage_format::tree::{Element, Node};

impl View<'_> {
    pub(super) fn structured_macro(&mut self, element: &Element) {
        match element.attribute("ac:name") {
            "info" => self.panel(element, "information", "info"),
            "note" => self.panel(element, "note", "warning"),
            "warning" => self.panel(element, "warning", "error"),
            "tip" => self.panel(element, "tip", "approve"),
            "panel" => self.boxed(element),
            "code" => self.code(element),
            "noformat" => self.preformatted(element),
            "expand" => self.expand(element),
            "status" => self.status(element),
            "toc" => self.contents(element),
            "children" => self.children(),
            "anchor" => {
                let name = parameter(element, "");
                let id = escape(&anchor(&self.references.title, &name));
                self.put(&format!("<span class=\"confluence-anchor-link\" id=\"{id}\"></span>"));
            }
            _ => self.unknown(element),
        }
    }

    fn panel(&mut self, element: &Element, kind: &str, icon: &str) {
        let name = element.attribute("ac:name");
        self.put(&format!(
            "<div class=\"confluence-information-macro confluence-information-macro-{kind} conf-macro output-block\" \
             data-hasbody=\"true\" data-macro-name=\"{name}\">"
        ));
        let title = parameter(element, "title");
        if !title.is_empty() {
            self.put(&format!("<p class=\"title\">{}</p>", escape(&title)));
        }
        self.put(&format!(
            "<span class=\"aui-icon aui-icon-small aui-iconfont-{icon} confluence-information-macro-icon\"></span>\
             <div class=\"confluence-information-macro-body\">"
        ));
        self.body(element);
        self.put("</div></div>");
    }

    fn boxed(&mut self, element: &Element) {
        self.put(
            "<div class=\"panel conf-macro output-block\" data-hasbody=\"true\" data-macro-name=\"panel\">",
        );
        let title = parameter(element, "title");
        if !title.is_empty() {
            self.put(&format!("<div class=\"panelHeader\"><b>{}</b></div>", escape(&title)));
        }
        self.around("<div class=\"panelContent\">", "</div>", |view| view.body(element));
        self.put("</div>");
    }

    fn code(&mut self, element: &Element) {
        self.put(
            "<div class=\"code panel pdl conf-macro output-block\" data-hasbody=\"true\" data-macro-name=\"code\">",
        );
        let title = parameter(element, "title");
        if !title.is_empty() {
            self.put("<div class=\"codeHeader panelHeader pdl\">");
            self.put(&format!("<b>{}</b></div>", escape(&title)));
        }
        let language = parameter(element, "language");
        let language = if language.is_empty() { "java".to_owned() } else { escape(&language) };
        self.put(&format!(
            "<div class=\"codeContent panelContent pdl\"><pre class=\"syntaxhighlighter-pre\" \
             data-syntaxhighlighter-params=\"brush: {language}; gutter: false; theme: Confluence\" \
             data-theme=\"Confluence\">{}</pre></div></div>",
            escape(&plain_body(element))
        ));
    }

    fn preformatted(&mut self, element: &Element) {
        let text = escape(&plain_body(element));
        self.put(&format!(
            "<div class=\"preformatted panel conf-macro output-block\" data-hasbody=\"true\" \
             data-macro-name=\"noformat\"><div class=\"preformattedContent panelContent\"><pre>{text}</pre></div></div>"
        ));
    }

    fn expand(&mut self, element: &Element) {
        let title = parameter(element, "title");
        let title = if title.is_empty() { "Click here to expand...".to_owned() } else { escape(&title) };
        if self.references.for_people {
            self.put(&format!("<details><summary>{title}</summary>"));
            self.body(element);
            self.put("</details>");
            return;
        }
        let number = self.next_expander;
        self.next_expander += 1;
        self.put(&format!(
            "<div id=\"expander-{number}\" class=\"expand-container conf-macro output-block\" data-hasbody=\"true\" \
             data-macro-name=\"expand\"><div id=\"expander-control-{number}\" class=\"expand-control\">\
             <span class=\"expand-control-icon icon\">&#160;</span><span class=\"expand-control-text\">{title}</span></div>\
             <div id=\"expander-content-{number}\" class=\"expand-content expand-hidden\">"
        ));
        self.body(element);
        self.put("</div></div>");
    }

    fn status(&mut self, element: &Element) {
        let colour = match parameter(element, "colour").to_lowercase().as_str() {
            "green" => " aui-lozenge-success",
            "yellow" => " aui-lozenge-moved",
            "red" => " aui-lozenge-error",
            "blue" => " aui-lozenge-current",
            "purple" => " aui-lozenge-progress",
            _ => "",
        };
        let title = escape(&parameter(element, "title"));
        self.put(&format!(
            "<span class=\"status-macro aui-lozenge aui-lozenge-visual-refresh{colour} conf-macro output-inline\" \
             data-hasbody=\"false\" data-macro-name=\"status\">{title}</span>"
        ));
    }

    /// Writes the table of contents.
    fn contents(&mut self, element: &Element) {
        let level = |name: &str, otherwise: u8| parameter(element, name).parse().unwrap_or(otherwise);
        let (from, to) = (level("minLevel", 1), level("maxLevel", 7));
        self.put("<div class=\"toc-macro conf-macro output-block\" data-hasbody=\"false\" data-macro-name=\"toc\">");
        let mut open: Vec<u8> = Vec::new();
        for heading in self.headings.iter().filter(|it| (from..=to).contains(&it.level)) {
            while open.len() > 1 && open.last().is_some_and(|level| *level > heading.level) {
                open.pop();
                self.put("</li></ul>");
            }
            match open.last() {
                Some(level) if *level >= heading.level => self.put("</li>"),
                _ => {
                    open.push(heading.level);
                    self.put("<ul class=\"toc-indentation\">");
                }
            }
            let (id, text) = (escape(&heading.id), escape(&heading.text));
            self.put(&format!("<li><a href=\"#{id}\">{text}</a>"));
        }
        self.put(&"</li></ul>".repeat(open.len()));
        self.put("</div>");
    }

    /// Writes the list of child pages.
    fn children(&mut self) {
        self.put("<ul class=\"childpages-macro\">");
        for page in &self.references.children {
            self.put("<li>");
            self.page_link(page);
            self.put("</li>");
        }
        self.put("</ul>");
    }

    fn unknown(&mut self, element: &Element) {
        let name = escape(element.attribute("ac:name"));
        let rich = element.child("ac:rich-text-body");
        let plain = plain_body(element);
        let has_body = rich.is_some() || !plain.is_empty();
        // A block inside a line would end its paragraph.
        let (tag, output) = if rich.is_some_and(has_blocks) { ("div", "block") } else { ("span", "inline") };
        self.put(&format!(
            "<{tag} class=\"conf-macro output-{output}\" data-hasbody=\"{has_body}\" data-macro-name=\"{name}\">"
        ));
        self.body(element);
        self.put(&format!("{}</{tag}>", escape(&plain)));
    }

    fn body(&mut self, element: &Element) {
        if let Some(body) = element.child("ac:rich-text-body") {
            self.nodes(&body.children);
        }
    }
}

fn has_blocks(body: &Element) -> bool {
    let is_block = |node: &Node| {
        matches!(node, Node::Element(element) if !matches!(element.name.as_str(),
        "a" | "ac:link" | "b" | "code" | "em" | "i" | "s" | "span" | "strong" | "u"))
    };
    body.children.iter().any(is_block)
}

fn plain_body(element: &Element) -> String {
    element.child("ac:plain-text-body").map(Element::text).unwrap_or_default()
}

/// Returns the value of a macro's parameter; empty when there is none.
fn parameter(element: &Element, name: &str) -> String {
    let parameters = element.elements().filter(|child| child.name == "ac:parameter");
    parameters
        .filter(|child| child.attribute("ac:name") == name)
        .map(Element::text)
        .next()
        .unwrap_or_default()
}
