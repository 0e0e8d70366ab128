//! Refusals in the shape of v1: a status and a Java class with a text.

use axum::Json;
use http::StatusCode;
use serde_json::json;

use super::Refusal;

const PACKAGE: &str = "com.atlassian.confluence.api.service.exceptions.api";

/// The request is not as it must be.
pub(crate) fn bad_request(text: &str) -> Refusal {
    service(StatusCode::BAD_REQUEST, "BadRequestException", text)
}

/// Something does not exist, or the user may not see it.
pub(crate) fn not_found(text: &str) -> Refusal {
    service(StatusCode::NOT_FOUND, "NotFoundException", text)
}

/// The user may not.
pub(crate) fn forbidden(text: &str) -> Refusal {
    exception(StatusCode::FORBIDDEN, "PermissionException", text)
}

/// Something has changed meanwhile.
pub(crate) fn conflict(text: &str) -> Refusal {
    exception(StatusCode::CONFLICT, "ConflictException", text)
}

/// A refusal with a class of its own and without service data.
pub(crate) fn exception(status: StatusCode, class: &str, text: &str) -> Refusal {
    let body = json!({ "statusCode": status.as_u16(), "message": format!("{class}: {text}") });
    Refusal::answer((status, Json(body)))
}

fn service(status: StatusCode, class: &str, text: &str) -> Refusal {
    let body = json!({
        "statusCode": status.as_u16(),
        "data": { "authorized": true, "valid": true, "errors": [], "successful": false },
        "message": format!("{PACKAGE}.{class}: {text}"),
    });
    Refusal::answer((status, Json(body)))
}
