//! Answers of the gateway itself, before an operation is reached: each in the shape the vendor uses for it.

use axum::Json;
use axum::response::Html;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use crate::request::Refusal;
use crate::rules::StaleTokens;
use crate::state::State;
use crate::storage::sites::Site;
use crate::timestamp;

/// Refuses a good token without the scopes of this operation.
pub(crate) fn scope_mismatch() -> Refusal {
    let body = json!({ "code": 401, "message": "Unauthorized; scope does not match" });
    Refusal::answer((
        StatusCode::UNAUTHORIZED,
        [("x-failure-category", "FAILURE_CLIENT_SCOPE_CHECK")],
        Json(body),
    ))
}

/// Refuses a request without a good token.
pub(crate) fn unauthorized() -> Refusal {
    Refusal::answer((StatusCode::UNAUTHORIZED, Json(json!({ "code": 401, "message": "Unauthorized" }))))
}

/// Refuses a token that is missing, expired or revoked, on an API path.
pub(super) fn stale(choice: StaleTokens, path: &str) -> Refusal {
    match choice {
        StaleTokens::Unauthorized => unauthorized(),
        StaleTokens::Masked if path.starts_with("/wiki/rest/api/search") => Refusal::answer((
            StatusCode::FORBIDDEN,
            Json(json!({ "message": "Current user not permitted to use Confluence", "statusCode": 403 })),
        )),
        StaleTokens::Masked if path.starts_with("/wiki/rest/") => Refusal::answer((
            StatusCode::FORBIDDEN,
            Json(json!({
                "statusCode": 403,
                "message": "com.atlassian.confluence.mvc.rest.common.exception.StacklessResponseStatusException: \
                    403 FORBIDDEN \"Request rejected because caller cannot access Confluence\"",
            })),
        )),
        StaleTokens::Masked => Refusal::answer((StatusCode::NOT_FOUND, Json(bare_not_found()))),
    }
}

/// Refuses a path that the gateway does not know, or a site that the token is not for.
pub(super) fn no_mapping(state: &State, path: &str) -> Refusal {
    let body = json!({
        "timestamp": timestamp::iso(state.clock.now_ms()),
        "status": 404,
        "error": "Not Found",
        "message": "No message available",
        "path": path,
    });
    Refusal::answer((StatusCode::NOT_FOUND, Json(body)))
}

/// Refuses a path that no operation has.
pub(super) fn no_such_path(site: &Site, path: &str, headers: &HeaderMap) -> Refusal {
    let below_v1 = path.strip_prefix("/wiki/rest/api/");
    let is_html = match below_v1 {
        Some(below) => below.starts_with("content/") || below.starts_with("space/"),
        None => true,
    };
    if is_html {
        return Refusal::answer((StatusCode::NOT_FOUND, Html(page("Page not found", "404 Not Found"))));
    }
    let message = format!("null for uri: {}{path}", site.url);
    let wants_json = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    if wants_json.is_some_and(|accept| accept.contains("application/json")) {
        return Refusal::answer((
            StatusCode::NOT_FOUND,
            Json(json!({ "message": message, "status-code": 404 })),
        ));
    }
    let message = message.replace('&', "&amp;").replace('<', "&lt;");
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
         <status><status-code>404</status-code><message>{message}</message></status>"
    );
    Refusal::answer((StatusCode::NOT_FOUND, [(CONTENT_TYPE, "application/xml")], xml))
}

/// Refuses a method that the path does not have.
pub(super) fn other_method(method: &Method, path: &str) -> Refusal {
    if *method == Method::OPTIONS {
        return Refusal::answer((
            StatusCode::NOT_FOUND,
            Json(json!({ "errors": [{ "status": 404, "code": "NOT_FOUND", "title": "Not Found" }] })),
        ));
    }
    let exception = "org.springframework.web.HttpRequestMethodNotSupportedException";
    let mut entry = json!({
        "status": 405,
        "code": "METHOD_NOT_ALLOWED",
        "title": format!("{exception}: Request method '{method}' not supported"),
    });
    if path.starts_with("/wiki/api/v2/")
        && let Some(entry) = entry.as_object_mut()
    {
        entry.insert("detail".to_owned(), Value::Null);
    }
    Refusal::answer((StatusCode::METHOD_NOT_ALLOWED, Json(json!({ "errors": [entry] }))))
}

/// Refuses PATCH, which the gateway never forwards.
pub(super) fn patch() -> Refusal {
    Refusal::answer((StatusCode::METHOD_NOT_ALLOWED, Html(page("Method not allowed", "405 Not Allowed"))))
}

/// Refuses a body that is larger than the vendor's limit.
pub(super) fn too_large() -> Refusal {
    let entry = json!({
        "status": 413,
        "code": "REQUEST_ENTITY_TOO_LARGE",
        "title": "The request body is larger than the max allowed: 5 MB",
        "detail": null,
    });
    Refusal::answer((StatusCode::PAYLOAD_TOO_LARGE, Json(json!({ "errors": [entry] }))))
}

/// Returns whether a changing request comes from something that calls itself a browser, without the header that
/// excludes forgery.
pub(super) fn looks_forged(parts: &Parts) -> bool {
    let changes = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let vouched = ["no-check", "nocheck"].contains(&header("x-atlassian-token"));
    changes && header(USER_AGENT.as_str()).starts_with("Mozilla") && !vouched
}

/// Refuses a request that looks forged.
pub(super) fn forged() -> Refusal {
    Refusal::answer((StatusCode::FORBIDDEN, "XSRF check failed"))
}

fn bare_not_found() -> Value {
    json!({ "errors": [{ "status": 404, "code": "NOT_FOUND", "title": "Not Found", "detail": null }] })
}

fn page(title: &str, heading: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><title>{title}</title></head><body><h1>{heading}</h1></body></html>"
    )
}
