//! Lines of text as storage format.

use serde_json::Value;

use super::{content, escape, kind, macros, text};
use crate::timestamp;

/// Converts the content of a node that holds a line.
pub(super) fn line(node: &Value) -> Result<String, String> {
    content(node)?.iter().map(piece).collect()
}

/// A card is a link whose text is its address.
pub(super) fn card(node: &Value) -> Result<String, String> {
    let url = escape(text(node, "url"));
    if url.is_empty() {
        return Err("a card needs a url".to_owned());
    }
    Ok(format!("<a href=\"{url}\" data-card-appearance=\"inline\">{url}</a>"))
}

fn piece(node: &Value) -> Result<String, String> {
    match kind(node)? {
        "text" => marked(node),
        "hardBreak" => Ok("<br />".to_owned()),
        "mention" => {
            Ok(format!("<ac:link><ri:user ri:account-id=\"{}\" /></ac:link>", escape(text(node, "id"))))
        }
        "emoji" => Ok(format!(
            "<ac:emoticon ac:emoji-shortname=\"{}\" ac:emoji-fallback=\"{}\" />",
            escape(text(node, "shortName")),
            escape(text(node, "text"))
        )),
        "date" => {
            let at: i64 =
                text(node, "timestamp").parse().map_err(|_| "a date needs a timestamp".to_owned())?;
            let day: String = timestamp::iso(at).chars().take(10).collect();
            Ok(format!("<time datetime=\"{day}\" />"))
        }
        "status" => Ok(macros::status(node)),
        "inlineCard" => card(node),
        "inlineExtension" => macros::block("extension", node),
        other => Err(format!("there is no node of type {other} inside a line")),
    }
}

/// Text inside its marks; the first mark is the outermost.
fn marked(node: &Value) -> Result<String, String> {
    let Some(words) = node.get("text").and_then(Value::as_str) else {
        return Err("a text node needs a text".to_owned());
    };
    let marks = match node.get("marks") {
        None => &[][..],
        Some(Value::Array(marks)) => marks,
        Some(_) => return Err("marks must be a list".to_owned()),
    };
    marks.iter().rev().try_fold(escape(words), |inside, mark| apply(mark, &inside))
}

fn apply(mark: &Value, inside: &str) -> Result<String, String> {
    let name = match kind(mark)? {
        "strong" => "strong",
        "em" => "em",
        "underline" => "u",
        "strike" => "s",
        "code" => "code",
        "subsup" if text(mark, "type") == "sub" => "sub",
        "subsup" => "sup",
        "link" => return Ok(link(mark, inside)),
        "textColor" | "backgroundColor" | "annotation" | "alignment" | "indentation" | "border"
        | "fontSize" => {
            // Looks are not kept.
            return Ok(inside.to_owned());
        }
        other => return Err(format!("there is no mark of type {other}")),
    };
    Ok(format!("<{name}>{inside}</{name}>"))
}

/// A link to an address, or to a page that is named by its title.
fn link(mark: &Value, inside: &str) -> String {
    let metadata = mark.get("attrs").and_then(|attributes| attributes.get("__confluenceMetadata"));
    let known = |name: &str| metadata.and_then(|metadata| metadata.get(name)).and_then(Value::as_str);
    match known("contentTitle") {
        Some(title) => {
            let space = known("spaceKey").map(|key| format!(" ri:space-key=\"{}\"", escape(key)));
            format!(
                "<ac:link><ri:page ri:content-title=\"{}\"{} /><ac:link-body>{inside}</ac:link-body></ac:link>",
                escape(title),
                space.unwrap_or_default()
            )
        }
        None => format!("<a href=\"{}\">{inside}</a>", escape(text(mark, "href"))),
    }
}
