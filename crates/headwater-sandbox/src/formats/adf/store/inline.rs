//! Inline content, written as storage format.

use serde_json::Value;

use super::super::style::rgb;
use super::{content, escape, kind, links, macros, media, text};
use crate::timestamp;

/// A mark as the tags around its text.
#[derive(PartialEq, Eq)]
struct Mark {
    start: String,
    end: String,
}

/// Converts inline content. Neighbours share the tags of the marks that they have in common.
pub(super) fn line(node: &Value) -> Result<String, String> {
    let mut written = String::new();
    let mut open: Vec<Mark> = Vec::new();
    for node in content(node)? {
        let marks = if kind(node)? == "text" { marks(node)? } else { Vec::new() };
        let shared = open.iter().zip(&marks).take_while(|(open, mark)| open == mark).count();
        close(&mut written, open.split_off(shared));
        for mark in marks.into_iter().skip(shared) {
            written.push_str(&mark.start);
            open.push(mark);
        }
        written.push_str(&piece(node)?);
    }
    close(&mut written, open);
    Ok(written)
}

fn close(written: &mut String, open: Vec<Mark>) {
    written.extend(open.into_iter().rev().map(|mark| mark.end));
}

/// Converts a card, which is a link whose text is its address.
pub(super) fn card(node: &Value, appearance: &str) -> Result<String, String> {
    let url = escape(text(node, "url"));
    if url.is_empty() {
        return Err("a card needs a url".to_owned());
    }
    Ok(format!("<a href=\"{url}\" data-card-appearance=\"{appearance}\">{url}</a>"))
}

fn piece(node: &Value) -> Result<String, String> {
    match kind(node)? {
        "text" => words(node),
        "hardBreak" => Ok("<br />".to_owned()),
        "mention" => {
            Ok(format!("<ac:link><ri:user ri:account-id=\"{}\" /></ac:link>", escape(text(node, "id"))))
        }
        "emoji" => Ok(emoji(node)),
        "date" => {
            let at: i64 =
                text(node, "timestamp").parse().map_err(|_| "a date needs a timestamp".to_owned())?;
            let day: String = timestamp::iso(at).chars().take(10).collect();
            Ok(format!("<time datetime=\"{day}\" />"))
        }
        "status" => Ok(macros::status(node)),
        "inlineCard" => card(node, "inline"),
        "inlineExtension" => macros::block("extension", node),
        "mediaInline" => media::image(node),
        other => Err(format!("there is no node of type {other} inside a line")),
    }
}

fn words(node: &Value) -> Result<String, String> {
    let words = node.get("text").and_then(Value::as_str);
    words.map(escape).ok_or_else(|| "a text node needs a text".to_owned())
}

/// Converts the marks of a text; the first is the outermost.
fn marks(node: &Value) -> Result<Vec<Mark>, String> {
    match node.get("marks") {
        None => Ok(Vec::new()),
        Some(Value::Array(marks)) => marks.iter().map(mark).filter_map(Result::transpose).collect(),
        Some(_) => Err("marks must be a list".to_owned()),
    }
}

/// Converts an emoji.
fn emoji(node: &Value) -> String {
    let id = match text(node, "id") {
        "" => String::new(),
        id => format!(" ac:emoji-id=\"{}\"", escape(id)),
    };
    let (name, fallback) = (escape(text(node, "shortName")), escape(text(node, "text")));
    format!("<ac:emoticon ac:emoji-shortname=\"{name}\"{id} ac:emoji-fallback=\"{fallback}\" />")
}

/// Converts a mark; `None` for a style that is not stored.
fn mark(mark: &Value) -> Result<Option<Mark>, String> {
    let name = match kind(mark)? {
        "strong" => "strong",
        "em" => "em",
        "underline" => "u",
        "strike" => "s",
        "code" => "code",
        "subsup" if text(mark, "type") == "sub" => "sub",
        "subsup" => "sup",
        "link" => {
            let (start, end) = links::ends(mark);
            return Ok(Some(Mark { start, end }));
        }
        "textColor" => return Ok(coloured(mark, "color")),
        "backgroundColor" => return Ok(coloured(mark, "background-color")),
        "annotation" => return Ok(annotated(mark)),
        "alignment" | "indentation" | "border" | "fontSize" | "breakout" => return Ok(None),
        other => return Err(format!("there is no mark of type {other}")),
    };
    Ok(Some(Mark { start: format!("<{name}>"), end: format!("</{name}>") }))
}

/// Converts a colour; anything that is no colour is left out.
fn coloured(mark: &Value, property: &str) -> Option<Mark> {
    let colour = rgb(text(mark, "color"))?;
    Some(Mark { start: format!("<span style=\"{property}: {colour};\">"), end: "</span>".to_owned() })
}

/// Converts the annotation of an inline comment.
fn annotated(mark: &Value) -> Option<Mark> {
    let id = Some(text(mark, "id")).filter(|id| !id.is_empty())?;
    Some(Mark {
        start: format!("<ac:inline-comment-marker ac:ref=\"{}\">", escape(id)),
        end: "</ac:inline-comment-marker>".to_owned(),
    })
}
