//! Bodies of custom content: storage format like everywhere, or raw text that means nothing to Confluence.

use serde_json::Value;

use super::super::entities::Body;
use super::super::parameter::word;
use super::super::representation::{self, Written};
use crate::formats::html::escape;
use crate::formats::storage_format::References;
use crate::request::v2_error::invalid_body;
use crate::request::{Query, Refusal};

/// The values of `body-format` for lists.
pub(in crate::rest::v2) const LIST_FORMATS: &[&str] = &["raw", "storage", "atlas_doc_format"];

/// The values of `body-format` for one piece of custom content.
pub(super) const SINGLE_FORMATS: &[&str] =
    &["raw", "storage", "atlas_doc_format", "view", "export_view", "anonymous_export_view"];

/// Reads the format that bodies are wanted in.
pub(in crate::rest::v2) fn wanted<'a>(
    query: &'a Query,
    allowed: &[&str],
) -> Result<Option<&'a str>, Refusal> {
    let kind = if allowed == SINGLE_FORMATS {
        "CustomContentBodyRepresentationSingle"
    } else {
        "CustomContentBodyRepresentation"
    };
    word(query, "body-format", allowed, kind)
}

/// Shows a body in the wanted format; an empty object when none is wanted.
pub(in crate::rest::v2) fn show(
    body: &str,
    stored: &str,
    format: Option<&str>,
    references: &References,
) -> Result<Body, Refusal> {
    let Some(format) = format else { return Ok(Body::default()) };
    let value = match (stored, format) {
        (_, "raw") => body.to_owned(),
        // Raw text is text: in other formats it means itself.
        ("raw", _) => representation::write(&escape(body), format, references)?,
        _ => representation::write(body, format, references)?,
    };
    Ok(Body::new(format, value))
}

/// Reads a body in either form: `{representation, value}`, or `{raw: {representation, value}}` and so on.
pub(super) fn read(body: &Value) -> Result<Written, Refusal> {
    let nested = body.get("raw").filter(|inner| inner.is_object());
    let inner = nested.unwrap_or(body);
    let named = inner.get("representation").and_then(Value::as_str);
    if named != Some("raw") && !(named.is_none() && nested.is_some()) {
        return representation::read(body);
    }
    match inner.get("value") {
        Some(Value::String(value)) => Ok(Written { storage: value.clone(), representation: "raw" }),
        None | Some(Value::Null) => Ok(Written { storage: String::new(), representation: "raw" }),
        Some(_) => Err(invalid_body("body.value: must be a string")),
    }
}

/// Returns the format that a body is stored in.
pub(super) fn kept_as(written: &Written) -> &'static str {
    if written.representation == "raw" { "raw" } else { "storage" }
}
