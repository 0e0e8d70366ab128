//! Styles: marks in documents, inline styles in storage format.

use serde_json::{Value, json};

/// Returns the value of one property in a `style` attribute; empty when there is none.
pub(super) fn property<'a>(style: &'a str, name: &str) -> &'a str {
    let declared = style.split(';').filter_map(|declaration| declaration.split_once(':'));
    let found = declared.rev().find(|(known, _)| known.trim().eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim()).unwrap_or_default()
}

/// Returns the marks of a text in a `span` with this style: its colours.
pub(super) fn colours(style: &str) -> Vec<Value> {
    let mark = |name: &str, kind: &str| {
        let colour = hexadecimal(property(style, name))?;
        Some(json!({ "type": kind, "attrs": { "color": colour } }))
    };
    [mark("color", "textColor"), mark("background-color", "backgroundColor")].into_iter().flatten().collect()
}

/// Returns the marks of a paragraph or heading with this style: its alignment and indentation.
pub(super) fn placement(style: &str) -> Vec<Value> {
    let align = match property(style, "text-align") {
        "center" => Some("center"),
        "right" => Some("end"),
        _ => None,
    };
    let align = align.map(|align| json!({ "type": "alignment", "attrs": { "align": align } }));
    let level = pixels(property(style, "margin-left")).map(|pixels| (pixels / STEP).round());
    let level = level.filter(|level| (1.0..=6.0).contains(level));
    let indentation = level.map(|level| json!({ "type": "indentation", "attrs": { "level": whole(level) } }));
    align.into_iter().chain(indentation).collect()
}

/// Writes the `style` attribute for the marks of a paragraph or heading, with a space before it; empty for none.
pub(super) fn attribute(node: &Value) -> String {
    let mark = |kind: &str, name: &str| {
        let marks = node.get("marks").and_then(Value::as_array)?;
        marks.iter().find(|mark| mark["type"] == kind)?.get("attrs")?.get(name)
    };
    let align = match mark("alignment", "align").and_then(Value::as_str) {
        Some("center") => "text-align: center;",
        Some("end") => "text-align: right;",
        _ => "",
    };
    let level = mark("indentation", "level").and_then(Value::as_u64).filter(|level| *level <= 6);
    let indentation = level.map(|level| format!("margin-left: {}.0px;", level * 30)).unwrap_or_default();
    if align.is_empty() && indentation.is_empty() {
        return String::new();
    }
    let gap = if align.is_empty() || indentation.is_empty() { "" } else { " " };
    format!(" style=\"{align}{gap}{indentation}\"")
}

/// Returns a colour as the vendor writes it into styles, or nothing when the text is no colour.
pub(super) fn rgb(colour: &str) -> Option<String> {
    let digits = hexadecimal(colour)?;
    let channel = |from: usize| u8::from_str_radix(digits.get(from..from + 2)?, 16).ok();
    Some(format!("rgb({},{},{})", channel(1)?, channel(3)?, channel(5)?))
}

/// Reads a length in pixels.
pub(super) fn pixels(length: &str) -> Option<f64> {
    let number: f64 = length.strip_suffix("px").unwrap_or(length).trim().parse().ok()?;
    (number.is_finite() && number > 0.0).then_some(number)
}

/// Returns a number as JSON, without a fraction where it has none.
pub(super) fn whole(number: f64) -> Value {
    let rounded = number.round();
    if (number - rounded).abs() > f64::EPSILON || rounded.abs() > 1e9 {
        return json!(number);
    }
    json!(rounded.to_string().parse::<i64>().unwrap_or_default())
}

/// The width of one level of indentation, in pixels.
const STEP: f64 = 30.0;

/// Returns a colour as `#rrggbb`, or nothing when the text is no colour.
fn hexadecimal(colour: &str) -> Option<String> {
    if let Some(digits) = colour.strip_prefix('#') {
        let is_colour = digits.len() == 6 && digits.chars().all(|digit| digit.is_ascii_hexdigit());
        return is_colour.then(|| colour.to_ascii_lowercase());
    }
    let channels = colour.strip_prefix("rgb(")?.strip_suffix(')')?;
    let channels: Result<Vec<u8>, _> = channels.split(',').map(|channel| channel.trim().parse()).collect();
    match channels.ok()?.as_slice() {
        [red, green, blue] => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        _ => None,
    }
}
