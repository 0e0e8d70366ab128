//! Refused token requests: the reply to the client, and the entry in the log.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use crate::control::{Event, RequestNumber, TokenMark};
use crate::request::Refusal;
use crate::state::State;
use crate::storage::StorageError;

/// A refusal of the token endpoint. Small to pass around: its parts are boxed.
pub(super) struct Refused(Box<Parts>);

struct Parts {
    /// The reason for the log, which is more precise than the reply.
    reason: &'static str,
    answer: Answer,
    client: Option<String>,
    presented: Option<TokenMark>,
    /// The events for the log that follow from it, such as the end of a family.
    events: Vec<Event>,
}

enum Answer {
    Error { status: StatusCode, error: &'static str, description: String },
    Storage(StorageError),
}

impl Refused {
    pub(super) fn new(reason: &'static str, status: StatusCode, error: &'static str, text: &str) -> Self {
        let answer = Answer::Error { status, error, description: text.to_owned() };
        Self::answered(reason, answer)
    }

    fn answered(reason: &'static str, answer: Answer) -> Self {
        Self(Box::new(Parts { reason, answer, client: None, presented: None, events: Vec::new() }))
    }

    /// Refuses a refresh token that is unknown, or is treated as if it were.
    pub(super) fn unknown(reason: &'static str) -> Self {
        Self::new(reason, StatusCode::FORBIDDEN, "unauthorized_client", "refresh_token is invalid")
    }

    /// Refuses a refresh token that is known and has expired.
    pub(super) fn ended(reason: &'static str) -> Self {
        Self::new(reason, StatusCode::FORBIDDEN, "invalid_grant", "Unknown or invalid refresh token.")
    }

    pub(super) fn of(mut self, client_id: &str) -> Self {
        self.0.client = Some(client_id.to_owned());
        self
    }

    pub(super) fn presenting(mut self, mark: TokenMark) -> Self {
        self.0.presented = Some(mark);
        self
    }

    pub(super) fn with(mut self, events: Vec<Event>) -> Self {
        self.0.events = events;
        self
    }

    /// Notes the refusal in the log, and builds the reply.
    pub(super) fn note(self, state: &State, number: RequestNumber) -> Response {
        let parts = *self.0;
        let (status, error, response) = match parts.answer {
            Answer::Storage(problem) => {
                let response = Refusal::Storage(problem).into_response();
                (response.status(), "server_error".to_owned(), response)
            }
            Answer::Error { status, error, description } => {
                let body = json!({ "error": error, "error_description": description });
                (status, error.to_owned(), (status, Json(body)).into_response())
            }
        };
        let now = state.clock.now_ms();
        let refused = Event::TokenRefused {
            client: parts.client,
            reason: parts.reason,
            status: status.as_u16(),
            error,
            presented: parts.presented,
        };
        for event in std::iter::once(refused).chain(parts.events) {
            state.control.ledger.note(now, Some(number), event);
        }
        response
    }
}

/// Refuses a request that cannot be read.
pub(super) fn malformed(text: &str) -> Refused {
    Refused::new("malformed", StatusCode::BAD_REQUEST, "invalid_request", text)
}

impl From<StorageError> for Refused {
    fn from(error: StorageError) -> Self {
        Self::answered("storage", Answer::Storage(error))
    }
}

/// Errors of beginning and committing a transaction, which is done outside the storage modules.
impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Self {
        StorageError::Database(error).into()
    }
}
