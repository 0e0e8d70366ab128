//! Refusals in the shape of v2: a list of errors with status, code, title and detail.

use axum::Json;
use http::StatusCode;
use serde_json::json;

use super::{Call, Refusal};
use crate::rules::VersionConflict;
use crate::storage::content::Kind;

/// Refuses a wrong parameter of the path or the query.
pub(crate) fn invalid_parameter(title: impl Into<String>) -> Refusal {
    refuse(StatusCode::BAD_REQUEST, "INVALID_REQUEST_PARAMETER", &[title.into()], None)
}

/// Refuses a parameter of the wrong type.
pub(crate) fn wrong_type(name: &str, value: &str, expected: &str) -> Refusal {
    invalid_parameter(format!(
        "Provided value {{{value}}} for '{name}' is not the correct type. Expected type is {expected}"
    ))
}

/// Refuses a wrong body.
pub(crate) fn invalid_body(title: impl Into<String>) -> Refusal {
    invalid_bodies(&[title.into()])
}

/// Refuses a body with several faults.
pub(crate) fn invalid_bodies(titles: &[String]) -> Refusal {
    refuse(StatusCode::BAD_REQUEST, "INVALID_REQUEST_BODY", titles, None)
}

/// Refuses a cursor that is not the sandbox's, or is for another list.
pub(crate) fn invalid_cursor() -> Refusal {
    refuse(
        StatusCode::BAD_REQUEST,
        "INVALID_REQUEST_PARAMETER",
        &["Provided value for 'cursor' is not the correct type. Expected type is Cursor.".to_owned()],
        Some(
            "The provided cursor was not valid. You can get a new valid cursor by making the original pagination \
             request again.",
        ),
    )
}

/// Refuses because something does not exist, or the user may not see it.
pub(crate) fn not_found(title: impl Into<String>) -> Refusal {
    refuse(StatusCode::NOT_FOUND, "NOT_FOUND", &[title.into()], None)
}

/// Refuses because the content does not exist, or the user may not see it.
pub(crate) fn no_content(kind: Kind, id: i64) -> Refusal {
    match kind {
        Kind::Folder | Kind::Whiteboard | Kind::Database | Kind::Embed => {
            not_found(format!("Content with id: [{id}] not found"))
        }
        Kind::Custom => not_found(format!("Cannot find a custom content with id [{id}]")),
        Kind::Page | Kind::BlogPost | Kind::Comment | Kind::Attachment => {
            not_found(format!("Cannot find a {} with id [{id}]", kind.as_str()))
        }
    }
}

/// Refuses because something exists already, or has changed meanwhile.
pub(crate) fn conflict(title: impl Into<String>) -> Refusal {
    refuse(StatusCode::CONFLICT, "CONFLICT", &[title.into()], None)
}

/// Refuses a version number that does not follow the current one.
pub(crate) fn version_conflict(call: &Call, kind: Kind, current: i64, provided: i64) -> Refusal {
    let noun = kind.as_str();
    let title = match call.content_rules().version_conflict {
        VersionConflict::Numbers => format!(
            "Version must be incremented when updating a {noun}. Current Version: [{current}]. \
             Provided version: [{provided}]"
        ),
        VersionConflict::Classic => format!(
            "com.atlassian.confluence.api.service.exceptions.ConflictException: \
             Version must be incremented on update. Current version is: {current}"
        ),
        VersionConflict::Empty => return Refusal::answer(StatusCode::CONFLICT),
    };
    refuse(StatusCode::CONFLICT, "CONFLICT", &[title], None)
}

fn refuse(status: StatusCode, code: &str, titles: &[String], detail: Option<&str>) -> Refusal {
    let entry =
        |title: &String| json!({ "status": status.as_u16(), "code": code, "title": title, "detail": detail });
    let entries: Vec<_> = titles.iter().map(entry).collect();
    Refusal::answer((status, Json(json!({ "errors": entries }))))
}
