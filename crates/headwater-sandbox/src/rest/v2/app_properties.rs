//! The properties of Forge apps. Only such an app, speaking for itself, may use them; a user's token is refused.

use std::future::ready;

use axum::Json;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use crate::request::v2_error::invalid_parameter;
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};

/// The longest key.
const KEY_LIMIT: usize = 127;

/// The operations on properties of apps.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getForgeAppProperties" => ready(refuse(&call)),
    "getForgeAppProperty" => ready(refuse(&call)),
    "putForgeAppProperty" => ready(refuse(&call)),
    "deleteForgeAppProperty" => ready(refuse(&call)),
};

fn refuse(call: &Call) -> Result<Response, Refusal> {
    if call.parameter("propertyKey").chars().count() > KEY_LIMIT {
        return Err(invalid_parameter(format!(
            "The property key must not be longer than {KEY_LIMIT} characters"
        )));
    }
    let entry = json!({
        "status": 403,
        "code": "FORBIDDEN",
        "title": "Only requests that a Forge app makes as itself are allowed",
        "detail": null,
    });
    Err(Refusal::answer((StatusCode::FORBIDDEN, Json(json!({ "errors": [entry] })))))
}
