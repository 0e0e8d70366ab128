//! Converting bodies from one format to another: at once, or for a client that polls.

pub(super) mod background;

use std::future::ready;

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::contents::read_body;
use crate::formats::storage_format::References;
use crate::formats::{adf, storage_format, wiki};
use crate::request::v1_error::bad_request;
use crate::request::{Call, Refusal};
use crate::rest::v2::representation;
use crate::rest::{Handlers, handlers};

/// The formats that each format can be converted to.
const CONVERSIONS: &[(&str, &[&str])] = &[
    (
        "atlas_doc_format",
        &["editor", "export_view", "storage", "styled_view", "view", "anonymous_export_view"],
    ),
    (
        "storage",
        &[
            "atlas_doc_format",
            "editor",
            "export_view",
            "styled_view",
            "view",
            "anonymous_export_view",
            "storage",
        ],
    ),
    ("editor", &["storage"]),
    ("wiki", &["storage", "view", "export_view", "styled_view", "atlas_doc_format", "editor"]),
];

/// The operations.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.convertContentBody" => ready(convert_now(&call)),
    "v1.asyncConvertContentBodyRequest" => background::request(call),
    "v1.asyncConvertContentBodyResponse" => background::fetch(call),
    "v1.bulkAsyncConvertContentBodyRequest" => background::request_many(call),
    "v1.bulkAsyncConvertContentBodyResponse" => background::fetch_many(call),
};

/// A body that was sent.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Sent {
    pub(super) representation: String,
    pub(super) value: String,
}

impl Sent {
    /// Converts the body to another format.
    pub(super) fn convert(&self, to: &str) -> Result<String, Refusal> {
        let from = self.representation.as_str();
        let targets = CONVERSIONS.iter().find(|(known, _)| *known == from).map(|(_, targets)| *targets);
        if !targets.is_some_and(|targets| targets.contains(&to)) {
            return Err(bad_request(&format!("Conversion from '{from}' to '{to}' is not supported")));
        }
        representation::write(&self.storage()?, to, &References::default())
    }

    fn storage(&self) -> Result<String, Refusal> {
        if self.representation == "atlas_doc_format" {
            let document: Value = serde_json::from_str(&self.value)
                .map_err(|error| bad_request(&format!("The body is not valid JSON: {error}")))?;
            return adf::to_storage(&document).map_err(|problem| bad_request(&problem));
        }
        if self.representation == "wiki" {
            return Ok(wiki::to_storage(&self.value));
        }
        storage_format::check_storage(&self.value).map_err(|problem| bad_request(&problem))?;
        Ok(self.value.clone())
    }
}

fn convert_now(call: &Call) -> Result<Response, Refusal> {
    let sent: Sent = read_body(&call.body)?;
    let to = call.parameter("to");
    let value = sent.convert(to)?;
    let body = json!({
        "value": value,
        "representation": to,
        "_expandable": { "content": "", "embeddedContent": "", "webresource": "", "mediaToken": "" },
        "_links": { "base": call.base(), "context": "/wiki" },
    });
    Ok(Json(body).into_response())
}
