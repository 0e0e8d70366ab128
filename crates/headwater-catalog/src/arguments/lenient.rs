//! Small repairs to a caller's values, where nothing is lost by them.

use headwater_domain::bounds::JSON_IN_TEXT;
use headwater_domain::document;
use percent_encoding::percent_decode_str;
use serde::de::IgnoredAny;
use serde_json::{Number, Value};

use super::{Violation, absent, shortened};
use crate::definition::{Format, ItemKind, Kind, Parameter, alike};
use crate::paging::query_value;

/// Up to here a double holds every whole number exactly (2^53).
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Brings a value into the form that its parameter wants. Values beyond repair are returned as they are: the
/// schema refuses them. `null` means absent.
pub(super) fn adjust(parameter: &Parameter, value: Value) -> Result<Value, Violation> {
    let value = absent::drop_empty(parameter, value);
    match parameter.kind {
        Kind::String => text(parameter, value),
        Kind::Integer => whole(&parameter.name, value),
        Kind::Number => Ok(number(value)),
        Kind::Boolean => Ok(truth(value)),
        Kind::Object => Ok(absent::without_empty_members(parameter, object(value))),
        Kind::Array(items) => array(parameter, items, value),
    }
}

fn text(parameter: &Parameter, value: Value) -> Result<Value, Violation> {
    match (value, parameter.format) {
        (Value::String(text), Some(Format::Cursor)) => cursor(&parameter.name, &text),
        (Value::String(text), _) if parameter.comma_list => match written(&text) {
            Some(Value::Array(items)) => joined(parameter, items),
            _ => joined(parameter, parts(&text)),
        },
        (Value::String(text), Some(Format::Id)) => Ok(Value::String(text.trim().to_owned())),
        (value @ (Value::Object(_) | Value::Array(_)), Some(Format::Document | Format::Json))
        | (value @ (Value::Number(_) | Value::Bool(_)), Some(Format::Json)) => {
            Ok(Value::String(value.to_string()))
        }
        (Value::String(text), Some(Format::Json)) => json(&parameter.name, text),
        (Value::String(text), Some(Format::Base64)) => base64(&parameter.name, text),
        (Value::String(text), Some(Format::Download)) => handle(&parameter.name, &text),
        (Value::Array(items), _) if parameter.comma_list => joined(parameter, items),
        (Value::String(text), _) => Ok(Value::String(meant(parameter, text))),
        (value, _) => digits(&parameter.name, value),
    }
}

/// A text that is a JSON value.
fn json(name: &str, text: String) -> Result<Value, Violation> {
    if let Err(exceeded) = document::measure(text.as_bytes(), &JSON_IN_TEXT) {
        return Err(Violation::new(name, "size", exceeded.to_string()));
    }
    match serde_json::from_str::<IgnoredAny>(&text) {
        Ok(_) => Ok(Value::String(text)),
        Err(error) => {
            let description = format!("is no JSON: {error}; a plain text needs double quotes around it");
            Err(Violation::new(name, "JSON", description))
        }
    }
}

/// A text that is base64.
fn base64(name: &str, text: String) -> Result<Value, Violation> {
    match crate::base64_text::decode(&text) {
        Ok(_) => Ok(Value::String(text)),
        Err(problem) => Err(Violation::new(name, "base64", problem)),
    }
}

/// The path that a file is downloaded from, as an earlier answer told it. Whether it stays below the account's API base
/// is checked where the request is made.
fn handle(name: &str, text: &str) -> Result<Value, Violation> {
    let text = text.trim();
    let path = text.split('?').next().unwrap_or_default();
    if path.starts_with('/') && path.ends_with("/download") {
        return Ok(Value::String(text.to_owned()));
    }
    let description =
        "must be the `handle` that a download has answered; it begins with `/` and ends with `/download`";
    Err(Violation::new(name, "handle", description))
}

/// The elements of a list with commas between them, without the spaces around the commas.
fn parts(text: &str) -> Vec<Value> {
    // No list is that long, and each part takes many times its text.
    if text.bytes().filter(|it| *it == b',').nth(JSON_IN_TEXT.values).is_some() {
        return vec![Value::from(text)];
    }
    text.split(',').map(|it| Value::from(it.trim())).collect()
}

/// Several values in one text, with commas between them.
fn joined(parameter: &Parameter, items: Vec<Value>) -> Result<Value, Violation> {
    let Value::Array(items) = absent::without_empty_items(items) else { return Ok(Value::Null) };
    let texts = items.iter().map(|item| element(parameter, item.clone())).collect::<Result<Vec<_>, _>>()?;
    let parts: Option<Vec<&str>> = texts.iter().map(Value::as_str).collect();
    Ok(match parts {
        Some(parts) if !parts.is_empty() => Value::String(parts.join(",")),
        Some(_) => Value::Null,
        None => Value::Array(items),
    })
}

/// One of several texts: digits where it is a number, and the allowed word that is meant by it.
fn element(parameter: &Parameter, item: Value) -> Result<Value, Violation> {
    Ok(match digits(&parameter.name, item)? {
        Value::String(text) => Value::String(meant(parameter, text)),
        other => other,
    })
}

/// The allowed value that a word stands for: a synonym, or the value itself in another spelling (`Created_Date`). Where
/// every text is allowed, and where none is meant, the text as it is.
fn meant(parameter: &Parameter, text: String) -> String {
    if parameter.allowed.is_empty() || parameter.allowed.contains(&text) {
        return text;
    }
    let synonym =
        parameter.synonyms.iter().find(|(word, _)| alike(word, text.trim())).map(|(_, meant)| meant);
    // Ignoring hyphens would take `-title` for `title`.
    let backwards = |it: &str| it.trim().starts_with('-');
    let same = |it: &&String| alike(it, text.trim()) && backwards(it) == backwards(&text);
    synonym.or_else(|| parameter.allowed.iter().find(same)).cloned().unwrap_or(text)
}

/// A whole number as its digits; anything else as it is.
fn digits(name: &str, value: Value) -> Result<Value, Violation> {
    Ok(match exact(name, value)? {
        Value::Number(number) if !number.is_f64() => Value::String(number.to_string()),
        value => value,
    })
}

/// A whole number as an integer, whether it came as `5`, `5.0` or `"5"`; anything else as it is.
fn whole(name: &str, value: Value) -> Result<Value, Violation> {
    match value.as_str().and_then(|text| text.trim().parse::<i64>().ok()) {
        Some(whole) => Ok(Value::from(whole)),
        None => exact(name, value),
    }
}

/// A whole number that came as a double, as an integer; anything else as it is.
fn exact(name: &str, value: Value) -> Result<Value, Violation> {
    match value {
        Value::Number(number) if number.is_f64() => integral(name, number),
        value => Ok(value),
    }
}

fn integral(name: &str, number: Number) -> Result<Value, Violation> {
    let double = number.as_f64().unwrap_or(f64::NAN);
    if double.fract() != 0.0 {
        return Ok(Value::Number(number));
    }
    if double.abs() > EXACT {
        let description = "the number is too large to arrive with all its digits; give it as a string";
        return Err(Violation::new(name, "exact number", description));
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is integral and within 2^53")]
    let whole = double as i64;
    Ok(Value::from(whole))
}

fn number(value: Value) -> Value {
    let parsed = value.as_str().and_then(|text| text.trim().parse::<f64>().ok()).and_then(Number::from_f64);
    parsed.map_or(value, Value::Number)
}

fn truth(value: Value) -> Value {
    match value.as_str().map(str::to_ascii_lowercase).as_deref() {
        Some("true") => Value::Bool(true),
        Some("false") => Value::Bool(false),
        _ => value,
    }
}

fn array(parameter: &Parameter, kind: ItemKind, value: Value) -> Result<Value, Violation> {
    let name = &parameter.name;
    let items = match value {
        Value::Null => return Ok(Value::Null),
        Value::Array(items) => items,
        Value::String(text) => match absent::drop_empty(parameter, Value::Array(several(parameter, text))) {
            Value::Array(items) => items,
            nothing => return Ok(nothing),
        },
        single => vec![single],
    };
    let adjust = |item| match kind {
        ItemKind::String => element(parameter, item),
        ItemKind::Integer => whole(name, item),
        ItemKind::Object => Ok(absent::without_empty_members(parameter, object(item))),
    };
    items.into_iter().map(adjust).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

/// The elements of an array that was given as one text: written as JSON, or with commas between what holds none.
fn several(parameter: &Parameter, text: String) -> Vec<Value> {
    if let Some(Value::Array(items)) = written(&text) {
        return items;
    }
    if parameter.comma_list || parameter.format == Some(Format::Id) || !parameter.allowed.is_empty() {
        return parts(&text);
    }
    vec![Value::String(text)]
}

/// What a text says as JSON; nothing where it is not JSON, or more of it than an argument may be.
fn written(text: &str) -> Option<Value> {
    document::read(text.as_bytes(), &JSON_IN_TEXT).ok()
}

/// An object that was written as JSON text; anything else as it is.
fn object(value: Value) -> Value {
    match value.as_str().and_then(written) {
        Some(object @ Value::Object(_)) => object,
        _ => value,
    }
}

/// The cursor itself, out of what a caller took from an answer: a bare cursor or the link to the next page. The
/// link writes `+` and `=` of base64 as they are, so only percent signs are decoded.
fn cursor(name: &str, text: &str) -> Result<Value, Violation> {
    let text = text.trim();
    let is_link = text.contains('?') || text.starts_with('/') || text.contains("://");
    let cursor = if is_link {
        query_value(text, "cursor").ok_or_else(|| no_cursor(name, text))?
    } else {
        percent_decode_str(text).decode_utf8().map_err(|_| no_cursor(name, text))?.into_owned()
    };
    Ok(if cursor.is_empty() { Value::Null } else { Value::String(cursor) })
}

fn no_cursor(name: &str, text: &str) -> Violation {
    let description = format!(
        "`{}` is a link without a cursor; give `next_page.cursor` or `_links.next` of the page before, or leave it out for the first page",
        shortened(text)
    );
    Violation::new(name, "cursor", description)
}
