//! Searching with CQL: rows about content and spaces, content by itself, and people.

mod response;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, EXPIRES};
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::offset::Offset;
use super::{show, users as people};
use crate::request::v1_error::{bad_request, exception};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::search::{self, Excerpt, Search, SearchError};
use crate::storage::users;

const DEFAULT_LIMIT: i64 = 25;
/// The largest page. A larger limit is reduced silently.
const MOST: i64 = 1000;
/// The largest page whose bodies are rendered [spec].
const MOST_RENDERED: i64 = 25;

/// The operations of search.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.searchByCQL" => search(call),
    "v1.searchContentByCQL" => search_content(call),
    "v1.searchUser" => search_people(call),
};

async fn search(call: Call) -> Result<Response, Refusal> {
    // The start is checked and then ignored: the cursor alone says where to go on.
    number(&call, "start", 0)?;
    let mut tx = call.begin().await?;
    let (found, limit) = self::found(&call, &mut tx).await?;
    let body = response::envelope(&found, &call.site.url, cql(&call)?, limit);
    let headers =
        [(CACHE_CONTROL, "no-cache, no-store, must-revalidate"), (EXPIRES, "Thu, 01 Jan 1970 00:00:00 GMT")];
    Ok((headers, Json(body)).into_response())
}

/// Searches content, and lists it without rows around it and without a total [rec].
async fn search_content(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let (found, limit) = self::found(&call, &mut tx).await?;
    let expanded = call.query.first("expand").is_some_and(|it| !it.is_empty());
    let mut results = Vec::new();
    for hit in &found.rows {
        let Some(content) = &hit.content else { continue };
        results.push(if expanded {
            show::content(&call, &mut tx, content).await?
        } else {
            response::content(content, &hit.space)
        });
    }
    let links = response::links("/rest/api/content/search", &found, &call.site.url, cql(&call)?, limit);
    let body = json!({
        "results": results, "start": found.start, "limit": limit, "size": results.len(), "_links": links,
    });
    Ok(Json(body).into_response())
}

async fn search_people(call: Call) -> Result<Response, Refusal> {
    let offset = Offset::read(&call.query, 25, 1000)?;
    let mut tx = call.begin().await?;
    let everybody = users::all(&mut tx).await?;
    let found = search::find_people(cql(&call)?, everybody, &call.account_id);
    let (found, normalised) = found.map_err(|error| bad_request(&error.to_string()))?;
    let total = found.len();
    let (page, has_more) = offset.cut(found);
    let rows: Vec<Value> = page
        .iter()
        .map(|user| {
            json!({
                "user": people::show(user, &call),
                "title": user.display_name,
                "excerpt": "",
                "url": format!("/people/{}", user.account_id),
                "breadcrumbs": [],
                "entityType": "user",
                "iconCssClass": "aui-icon content-type-profile",
                "lastModified": "1970-01-01T00:00:00.000Z",
                "friendlyLastModified": "",
                "score": 0,
            })
        })
        .collect();
    let more = json!({
        "totalSize": total, "cqlQuery": normalised, "searchDuration": 0, "archivedResultCount": 0,
    });
    Ok(offset.reply_with(&call, &rows, has_more, more))
}

async fn found(call: &Call, connection: &mut SqliteConnection) -> Result<(search::Found, i64), Refusal> {
    let limit = number(call, "limit", DEFAULT_LIMIT)?.min(MOST);
    let renders = |it: &&str| it.contains("body.export_view") || it.contains("body.styled_view");
    let limit = if call.query.list("expand").iter().any(renders) { limit.min(MOST_RENDERED) } else { limit };
    let user = users::find(connection, &call.account_id).await?;
    let search = Search {
        cloud_id: &call.site.cloud_id,
        account_id: &call.account_id,
        offset_seconds: user.map_or(0, |user| offset_seconds(&user.time_zone)),
        now_ms: call.now(),
        cql: cql(call)?,
        context: call.query.first("cqlcontext"),
        excerpt: Excerpt::parse(call.query.first("excerpt")),
        archived_spaces: call.query.first("includeArchivedSpaces") == Some("true"),
        limit,
        cursor: call.query.first("cursor"),
    };
    Ok((search::search(connection, &search).await.map_err(refuse)?, limit))
}

fn cql(call: &Call) -> Result<&str, Refusal> {
    let query = call.query.first("cql").filter(|it| !it.trim().is_empty());
    query.ok_or_else(|| bad_request("cql query parameter is required"))
}

/// Reads a number of the query. Anything else is refused without a body.
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
        SearchError::EmptySiteSearch => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            exception(status, "java.lang.NullPointerException", "null")
        }
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
