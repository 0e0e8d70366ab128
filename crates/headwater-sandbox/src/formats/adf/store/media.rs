//! Pictures, written as storage format.

use serde_json::Value;

use super::{content, escape, inline, kind, text};

/// Converts a picture that stands by itself, with its caption.
pub(super) fn single(node: &Value) -> Result<String, String> {
    let mut pictures = Vec::new();
    let mut caption = String::new();
    for inside in content(node)? {
        match kind(inside)? {
            "media" => pictures.push(inside),
            "caption" => caption = format!("<ac:caption><p>{}</p></ac:caption>", inline::line(inside)?),
            _ => {}
        }
    }
    let width = node.pointer("/attrs/width").and_then(Value::as_f64);
    let width = width.filter(|_| text(node, "widthType") == "pixel");
    let width = width.map(|width| format!(" ac:width=\"{width}\"")).unwrap_or_default();
    let layout = match text(node, "layout") {
        "" | "center" => String::new(),
        "align-start" => " ac:align=\"left\" ac:layout=\"align-start\"".to_owned(),
        "align-end" => " ac:align=\"right\" ac:layout=\"align-end\"".to_owned(),
        other => format!(" ac:layout=\"{}\"", escape(other)),
    };
    pictures.into_iter().map(|media| picture(media, &format!("{layout}{width}"), &caption)).collect()
}

/// Converts a picture.
pub(super) fn image(node: &Value) -> Result<String, String> {
    picture(node, "", "")
}

fn picture(node: &Value, attributes: &str, caption: &str) -> Result<String, String> {
    let alt = match text(node, "alt") {
        "" => String::new(),
        alt => format!(" ac:alt=\"{}\"", escape(alt)),
    };
    let size = |name: &str, attribute: &str| {
        let pixels = node.get("attrs").and_then(|it| it.get(name)).and_then(Value::as_f64);
        pixels.map(|pixels| format!(" {attribute}=\"{pixels}\"")).unwrap_or_default()
    };
    let (width, height) = (size("width", "ac:original-width"), size("height", "ac:original-height"));
    let target = match text(node, "type") {
        "external" => format!("<ri:url ri:value=\"{}\" />", escape(text(node, "url"))),
        "file" | "link" | "mediaInline" => {
            // Who knows a file by its id only, has it named later, when it is known where it is attached.
            let name = [text(node, "__fileName"), text(node, "id")];
            let name = name.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
            format!("<ri:attachment ri:filename=\"{}\" />", escape(name))
        }
        other => return Err(format!("there is no medium of type {other}")),
    };
    Ok(format!("<ac:image{attributes}{width}{height}{alt}>{target}{caption}</ac:image>"))
}
