//! Bodies in the formats that clients read and write. They are stored in storage format; the others are converted.

use serde_json::{Map, Value};

use crate::formats::storage_format::References;
use crate::formats::{adf, storage_format, wiki};
use crate::request::Refusal;
use crate::request::v2_error::invalid_body;

/// A body a client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// Storage format.
    pub(crate) storage: String,
    /// The format it came in, which is also the one it is shown in afterwards.
    pub(crate) representation: &'static str,
}

/// Returns whether a format shows more of what a body refers to than its name.
pub(crate) fn resolves(format: &str) -> bool {
    matches!(format, "atlas_doc_format" | "view" | "export_view" | "anonymous_export_view" | "styled_view")
}

/// Shows a stored body in the wanted format.
pub(crate) fn write(storage: &str, format: &str, references: &References) -> Result<String, Refusal> {
    match format {
        "storage" | "editor" => Ok(storage.to_owned()),
        "atlas_doc_format" => {
            adf::from_storage(storage, references).map(|document| document.to_string()).map_err(|problem| {
                invalid_body(format!("The body cannot be shown as atlas_doc_format: {problem}"))
            })
        }
        "styled_view" => Ok(styled(&storage_format::view_html(storage, references))),
        _ => Ok(storage_format::view_html(storage, references)),
    }
}

/// Wraps a view in a whole page with its own style sheet.
fn styled(view: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"UTF-8\"><style>{STYLE}</style></head>\
         <body><div class=\"wiki-content\">{view}</div></body></html>"
    )
}

/// The style sheet of a styled view: enough to tell headings, tables, panels and code apart.
const STYLE: &str = "body{font-family:sans-serif;line-height:1.5;color:#172b4d}\
    table{border-collapse:collapse}td,th{border:1px solid #c1c7d0;padding:7px 10px}th{background:#f4f5f7}\
    pre{background:#f4f5f7;padding:8px;overflow:auto}.confluence-information-macro{border-radius:3px;padding:8px;\
    margin:12px 0;background:#deebff}.confluence-information-macro-warning{background:#ffebe6}\
    .confluence-information-macro-note{background:#fffae6}.confluence-information-macro-tip{background:#e3fcef}";

/// Reads a body in either form: `{representation, value}`, or `{storage: {representation, value}}`.
pub(crate) fn read(body: &Value) -> Result<Written, Refusal> {
    let Some(object) = body.as_object() else {
        return Err(invalid_body("body: must be an object with representation and value"));
    };
    let inner = ["storage", "atlas_doc_format", "wiki"]
        .into_iter()
        .find_map(|name| object.get(name).and_then(Value::as_object).map(|inner| (Some(name), inner)));
    let (name, inner) = inner.unwrap_or((None, object));
    read_inner(name, inner)
}

fn read_inner(name: Option<&str>, inner: &Map<String, Value>) -> Result<Written, Refusal> {
    let representation = inner.get("representation").and_then(Value::as_str).or(name);
    let value = match inner.get("value") {
        None | Some(Value::Null) => "",
        Some(Value::String(value)) => value,
        Some(_) => return Err(invalid_body("body.value: must be a string")),
    };
    match representation {
        None => Err(invalid_body("body.representation: must not be null")),
        Some("storage") => {
            storage_format::check_storage(value).map_err(invalid_body)?;
            Ok(Written { storage: value.to_owned(), representation: "storage" })
        }
        Some("atlas_doc_format") => read_document(value),
        // Wiki markup is only ever read: what is kept and shown is what it was converted to.
        Some("wiki") => Ok(Written { storage: wiki::to_storage(value), representation: "storage" }),
        Some(other) => Err(invalid_body(format!(
            "Provided value {{{other}}} for 'representation' is not the correct type. \
             Expected one of [storage, atlas_doc_format, wiki]"
        ))),
    }
}

fn read_document(value: &str) -> Result<Written, Refusal> {
    let representation = "atlas_doc_format";
    if value.is_empty() {
        return Ok(Written { storage: String::new(), representation });
    }
    let document: Value = serde_json::from_str(value)
        .map_err(|error| invalid_body(format!("The body is not valid atlas_doc_format: {error}")))?;
    let storage = adf::to_storage(&document)
        .map_err(|problem| invalid_body(format!("The body is not valid atlas_doc_format: {problem}")))?;
    Ok(Written { storage, representation })
}
