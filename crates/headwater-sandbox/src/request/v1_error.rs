//! Refusals in the shape of v1: a status and a Java class with a text.

use axum::Json;
use http::StatusCode;
use serde_json::json;

use super::Refusal;

const PACKAGE: &str = "com.atlassian.confluence.api.service.exceptions.api";

/// Refuses a wrong request.
pub(crate) fn bad_request(text: &str) -> Refusal {
    service(StatusCode::BAD_REQUEST, "BadRequestException", text)
}

/// Refuses because something does not exist, or the user may not see it.
pub(crate) fn not_found(text: &str) -> Refusal {
    service(StatusCode::NOT_FOUND, "NotFoundException", text)
}

/// Refuses because the user does not have the permission.
pub(crate) fn forbidden(text: &str) -> Refusal {
    exception(StatusCode::FORBIDDEN, "PermissionException", text)
}

/// Refuses because something has changed meanwhile.
pub(crate) fn conflict(text: &str) -> Refusal {
    exception(StatusCode::CONFLICT, "ConflictException", text)
}

/// Refuses with a Java class of its own and without service data.
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
