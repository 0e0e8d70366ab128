//! Storage format as HTML that is safe to show: elements and attributes from a list, everything else as text.

use quick_xml::events::{BytesStart, Event};

use super::macros::{Shape, shape};
use super::{MAX_DEPTH, entities, reader};
use crate::cql::escape;

/// Elements that are shown as they are.
const ELEMENTS: [&str; 37] = [
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
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
];
/// The same, but names of which the list would be too long.
const MORE_ELEMENTS: [&str; 4] = ["tfoot", "u", "ul", "time"];

/// Storage format as HTML. Malformed input is shown as far as it makes sense.
pub(crate) fn view_html(storage: &str) -> String {
    let mut view = View::default();
    let mut reader = reader(storage);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => view.open(&tag),
            Ok(Event::Empty(tag)) => {
                view.open(&tag);
                view.close();
            }
            Ok(Event::End(_)) => view.close(),
            Ok(Event::Text(text)) => view.text(&text),
            Ok(Event::CData(text)) => view.text(&text),
            Ok(Event::GeneralRef(reference)) => {
                view.text(&entities::resolve(&reference).unwrap_or_default());
            }
            Ok(Event::Eof) | Err(_) => return view.finish(),
            Ok(_) => {}
        }
    }
}

/// What is being written, and what must be written when each open element ends.
#[derive(Default)]
struct View {
    html: String,
    open: Vec<Frame>,
}

#[derive(Default)]
struct Frame {
    /// What is written at the end.
    end: String,
    /// What happens to text inside.
    text: TextUse,
}

/// What text inside an element is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum TextUse {
    /// It is shown.
    #[default]
    Show,
    /// It is left out.
    Hide,
    /// It says whether a task is done.
    TaskStatus,
    /// It is the title of a status.
    StatusTitle,
}

impl View {
    fn open(&mut self, tag: &BytesStart<'_>) {
        let name = tag.name().as_ref().to_ascii_lowercase();
        let hidden = self.open.last().is_some_and(|frame| frame.text == TextUse::Hide);
        let frame = if hidden || self.open.len() >= MAX_DEPTH {
            Frame { end: String::new(), text: TextUse::Hide }
        } else if name.contains(':') {
            self.open_special(&name, tag)
        } else {
            self.open_element(&name, tag)
        };
        self.open.push(frame);
    }

    fn open_element(&mut self, name: &str, tag: &BytesStart<'_>) -> Frame {
        if matches!(name, "script" | "style" | "iframe" | "object" | "template") {
            return Frame { end: String::new(), text: TextUse::Hide };
        }
        if !ELEMENTS.contains(&name) && !MORE_ELEMENTS.contains(&name) {
            return Frame::default();
        }
        self.html.push('<');
        self.html.push_str(name);
        for (key, value) in attributes(name, tag) {
            for part in [" ", key, "=\"", &escape(&value), "\""] {
                self.html.push_str(part);
            }
        }
        self.html.push('>');
        let is_void = matches!(name, "br" | "hr" | "col");
        Frame { end: if is_void { String::new() } else { format!("</{name}>") }, text: TextUse::Show }
    }

    fn open_special(&mut self, name: &str, tag: &BytesStart<'_>) -> Frame {
        match name {
            "ac:structured-macro" | "ac:macro" => self.open_macro(&attribute(tag, "ac:name")),
            "ac:parameter" => Frame {
                end: String::new(),
                text: if attribute(tag, "ac:name") == "title" && self.in_status() {
                    TextUse::StatusTitle
                } else {
                    TextUse::Hide
                },
            },
            "ac:task-list" => self.write("<ul class=\"tasks\">", "</ul>"),
            "ac:task" => self.write("<li>", "</li>"),
            "ac:task-id" | "ac:task-uuid" => Frame { end: String::new(), text: TextUse::Hide },
            "ac:task-status" => Frame { end: String::new(), text: TextUse::TaskStatus },
            "ac:link" => self.write("<span class=\"link\">", "</span>"),
            "ri:page" => self.show(&attribute(tag, "ri:content-title")),
            "ri:user" => self.show("@user"),
            "ri:attachment" => self.show(&attribute(tag, "ri:filename")),
            "ac:image" => self.write("<span class=\"image\">🖼 ", "</span>"),
            "ri:url" => self.show(&attribute(tag, "ri:value")),
            _ => Frame::default(),
        }
    }

    fn open_macro(&mut self, name: &str) -> Frame {
        match shape(name) {
            Shape::Panel(kind) => self.write(&format!("<div class=\"panel {kind}\">"), "</div>"),
            Shape::Code => self.write("<pre class=\"code\"><code>", "</code></pre>"),
            Shape::Expand => self.write("<details><summary>More</summary>", "</details>"),
            Shape::Status => self.write("<span class=\"status\">", "</span>"),
            Shape::Unknown => {
                let label = format!("<div class=\"macro\"><small>{}</small>", escape(name));
                self.write(&label, "</div>")
            }
        }
    }

    fn in_status(&self) -> bool {
        self.html.ends_with("<span class=\"status\">")
    }

    fn write(&mut self, begin: &str, end: &str) -> Frame {
        self.html.push_str(begin);
        Frame { end: end.to_owned(), text: TextUse::Show }
    }

    fn show(&mut self, text: &str) -> Frame {
        self.html.push_str(&escape(text));
        Frame::default()
    }

    fn text(&mut self, text: &str) {
        match self.open.last().map(|frame| frame.text).unwrap_or_default() {
            TextUse::Hide => {}
            TextUse::Show | TextUse::StatusTitle => self.html.push_str(&escape(text)),
            TextUse::TaskStatus => {
                self.html.push_str(if text.trim() == "complete" { "☑ " } else { "☐ " });
            }
        }
    }

    fn close(&mut self) {
        if let Some(frame) = self.open.pop() {
            self.html.push_str(&frame.end);
        }
    }

    fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.html
    }
}

/// The attributes that are kept.
fn attributes(element: &str, tag: &BytesStart<'_>) -> Vec<(&'static str, String)> {
    let wanted: &[&'static str] = match element {
        "a" => &["href", "title"],
        "td" | "th" => &["colspan", "rowspan"],
        "ol" => &["start"],
        "time" => &["datetime"],
        _ => &[],
    };
    let found = |key: &&'static str| Some((*key, attribute(tag, key))).filter(|(_, value)| !value.is_empty());
    wanted.iter().filter_map(found).filter(|(key, value)| *key != "href" || harmless(value)).collect()
}

/// Links may lead to the web, to mail and to places on the same site.
fn harmless(link: &str) -> bool {
    let link = link.trim().to_ascii_lowercase();
    ["http://", "https://", "mailto:", "/", "#"].iter().any(|begin| link.starts_with(begin))
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == name);
    found.map(|attribute| unescape(&attribute.value)).unwrap_or_default()
}

/// Resolves the references in an attribute's value.
fn unescape(value: &str) -> String {
    let mut text = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let resolved =
            after.split_once(';').and_then(|(name, after)| Some((entities::resolve(name)?, after)));
        if let Some((character, after)) = resolved {
            text.push_str(&character);
            rest = after;
        } else {
            text.push('&');
            rest = after;
        }
    }
    text.push_str(rest);
    text
}
