//! The log, as lines of JSON.

use axum::extract::{RawQuery, State as Extract};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::Problem;
use crate::control::LedgerFilter;
use crate::request::Query;
use crate::state::State;

/// The members of entries that can be asked for.
const MEMBERS: [&str; 9] = [
    "family",
    "fingerprint",
    "generation",
    "account",
    "client",
    "operation",
    "request",
    "method",
    "standing",
];

/// Lists entries. Filters are `event` (repeated or with commas), `after` (a number) and the members above;
/// `raw=true` shows tokens.
pub(super) async fn read(
    Extract(state): Extract<State>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(query.as_deref().unwrap_or_default());
    let (mut filter, mut raw) = (LedgerFilter::default(), false);
    for (name, value) in query.pairs() {
        match name {
            "event" => filter.events.extend(value.split(',').map(str::to_owned)),
            "raw" => raw = value == "true",
            "after" => {
                let problem = |_| (StatusCode::BAD_REQUEST, format!("`after` is a number, not `{value}`"));
                filter.after = value.parse().map_err(problem)?;
            }
            _ if MEMBERS.contains(&name) => filter.members.push((name.to_owned(), value.to_owned())),
            _ => {
                let known = MEMBERS.join(", ");
                let problem = format!("no filter is called `{name}`; use event, after, raw, {known}");
                return Err((StatusCode::BAD_REQUEST, problem));
            }
        }
    }
    let mut lines = String::new();
    for entry in state.control.ledger.entries_that_fit(&filter) {
        lines.push_str(&entry.to_json(raw).to_string());
        lines.push('\n');
    }
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], lines).into_response())
}
