//! Searching with CQL.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, EXPIRES};
use http::{Method, StatusCode};

use super::error::{bad_request, exception};
use crate::cql::{self, Search, SearchError};
use crate::rest::{Call, Refusal, Route};
use crate::storage::users;

const DEFAULT_LIMIT: i64 = 25;
/// Larger pages are cut without a word.
const MOST: i64 = 1000;

/// The operations of search.
pub(super) fn routes() -> Vec<Route> {
    vec![Route::new(
        Method::GET,
        "/rest/api/search",
        &[&["search:confluence"], &["read:content-details:confluence"]],
        search,
    )]
}

async fn search(call: Call) -> Result<Response, Refusal> {
    let limit = number(&call, "limit", DEFAULT_LIMIT)?.min(MOST);
    // The start is checked and then ignored: the cursor alone says where to go on.
    number(&call, "start", 0)?;
    let query = call.query.first("cql").unwrap_or_default();
    if query.trim().is_empty() {
        return Err(bad_request("cql query parameter is required"));
    }
    let mut tx = call.begin().await?;
    let user = users::find(&mut tx, &call.account_id).await?;
    let search = Search {
        cloud_id: &call.site.cloud_id,
        account_id: &call.account_id,
        offset_seconds: user.map_or(0, |user| offset_seconds(&user.time_zone)),
        now_ms: call.now(),
        cql: query,
        limit,
        cursor: call.query.first("cursor"),
    };
    let found = cql::search(&mut tx, &search).await.map_err(refuse)?;
    let body = cql::envelope(&found, &call.site.url, query, limit, call.query.first("excerpt"));
    let headers =
        [(CACHE_CONTROL, "no-cache, no-store, must-revalidate"), (EXPIRES, "Thu, 01 Jan 1970 00:00:00 GMT")];
    Ok((headers, Json(body)).into_response())
}

/// A number of the query. What is no number gets an answer without any body.
fn number(call: &Call, name: &str, default: i64) -> Result<i64, Refusal> {
    let Some(text) = call.query.first(name) else { return Ok(default) };
    let number: i32 = text.parse().map_err(|_| Refusal::answer(StatusCode::NOT_FOUND))?;
    if number < 0 {
        let problem = format!("{name} cannot be less than zero");
        return Err(exception(StatusCode::BAD_REQUEST, "java.lang.IllegalArgumentException", &problem));
    }
    Ok(i64::from(number))
}

fn refuse(error: SearchError) -> Refusal {
    match error {
        SearchError::Cql(error) => bad_request(&error.to_string()),
        SearchError::Cursor => exception(
            StatusCode::BAD_REQUEST,
            "com.atlassian.confluence.plugins.search.SSStatusCodeException",
            "CQL was parsed but the search manager was unable to execute the search. Error message: \
             illegal request passed to XP-Search Aggregator API : HTTP/1.1 400 Bad Request",
        ),
        SearchError::Storage(error) => error.into(),
    }
}

/// Reads a fixed offset such as `+02:00`. Names of zones count as UTC: there is no zone database here.
fn offset_seconds(time_zone: &str) -> i32 {
    let (sign, digits) = match time_zone.split_at_checked(1) {
        Some(("+", digits)) => (1, digits),
        Some(("-", digits)) => (-1, digits),
        _ => return 0,
    };
    let Some((hours, minutes)) = digits.split_once(':') else { return 0 };
    match (hours.parse::<i32>(), minutes.parse::<i32>()) {
        (Ok(hours @ 0..=14), Ok(minutes @ 0..=59)) => sign * (hours * 3600 + minutes * 60),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_and_names_count_as_utc() {
        let cases =
            [("+02:00", 7200), ("-05:30", -19800), ("Europe/Berlin", 0), ("", 0), ("+99:00", 0), ("+2", 0)];
        for (zone, expected) in cases {
            assert_eq!(offset_seconds(zone), expected, "{zone}");
        }
    }
}
