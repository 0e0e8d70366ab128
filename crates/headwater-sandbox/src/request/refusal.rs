//! Answers that end an operation early.

use std::error::Error;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use crate::storage::StorageError;

/// A reason not to perform an operation.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// A fault of the caller; the answer says which.
    Answer(Box<Response>),
    /// A fault of the sandbox; logged, and answered without details.
    Storage(StorageError),
}

impl Refusal {
    pub(crate) fn answer(response: impl IntoResponse) -> Self {
        Self::Answer(Box::new(response.into_response()))
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// Errors of beginning and committing a transaction, which is done outside the storage modules.
impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Storage(StorageError::Database(error))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Answer(response) => *response,
            Self::Storage(error) => {
                tracing::error!(%error, cause = error.source().map(tracing::field::display), "storage failed");
                let entry = json!({
                    "status": 500,
                    "code": "INTERNAL_SERVER_ERROR",
                    "title": "Internal Server Error",
                    "detail": null,
                });
                (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "errors": [entry] }))).into_response()
            }
        }
    }
}
