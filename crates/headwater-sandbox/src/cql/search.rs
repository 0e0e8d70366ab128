//! Carrying a search out.

use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::compile::{Asker, LAST_MODIFIED, marks, push_from, push_order};
use super::date::Moment;
use super::error::CqlError;
use super::parser::parse;
use super::text::escape;
use super::{ast::Query, cursor};
use crate::storage::StorageError;
use crate::storage::content::Content;
use crate::storage::spaces::{self, Space};

/// Stand in for highlight marks until the text around them is escaped.
const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';
/// How many words an excerpt has.
const EXCERPT_WORDS: i64 = 40;

/// A search.
pub(crate) struct Search<'a> {
    pub(crate) cloud_id: &'a str,
    pub(crate) account_id: &'a str,
    /// The user's time zone, in seconds east of Greenwich.
    pub(crate) offset_seconds: i32,
    pub(crate) now_ms: i64,
    pub(crate) cql: &'a str,
    pub(crate) limit: i64,
    pub(crate) cursor: Option<&'a str>,
}

/// What a search found: one page of it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) rows: Vec<Hit>,
    pub(crate) total: i64,
    /// How many results come before this page.
    pub(crate) start: i64,
    /// The query in its normal form.
    pub(crate) normalised: String,
    /// Where the next page begins.
    pub(crate) next: Option<String>,
}

/// One result.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) content: Content,
    pub(crate) space: Space,
    /// Escaped for HTML, with highlight marks.
    pub(crate) title: String,
    /// Escaped for HTML, with highlight marks; empty when the query has no words.
    pub(crate) excerpt: String,
    pub(crate) last_modified: i64,
}

/// Why a search was not carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SearchError {
    #[error(transparent)]
    Cql(#[from] CqlError),
    #[error("the cursor does not belong to this search")]
    Cursor,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<sqlx::Error> for SearchError {
    fn from(error: sqlx::Error) -> Self {
        Self::Storage(error.into())
    }
}

/// Carries a search out.
pub(crate) async fn search(connection: &mut SqliteConnection, it: &Search<'_>) -> Result<Found, SearchError> {
    let query = parse(it.cql)?;
    let start =
        it.cursor.map_or(Some(0), |cursor| cursor::read(cursor, it.cql)).ok_or(SearchError::Cursor)?;
    let asker = Asker {
        cloud_id: it.cloud_id,
        account_id: it.account_id,
        moment: Moment::new(it.now_ms, it.offset_seconds),
    };
    let mut count = QueryBuilder::<Sqlite>::new("SELECT COUNT(*)");
    push_from(&mut count, &query, &asker)?;
    let total: i64 = count.build_query_scalar().fetch_one(&mut *connection).await?;
    let mut select = QueryBuilder::<Sqlite>::new("SELECT c.*, ");
    select.push(LAST_MODIFIED).push(" AS last_modified");
    push_from(&mut select, &query, &asker)?;
    push_order(&mut select, &query.order)?;
    select.push(" LIMIT ").push_bind(it.limit).push(" OFFSET ").push_bind(start);
    let found = select.build().fetch_all(&mut *connection).await?;
    let mut rows = Vec::with_capacity(found.len());
    for row in &found {
        let content = Content::read(row)?;
        let space = spaces::find(connection, it.cloud_id, content.space_id).await?;
        let Some(space) = space else { continue };
        let (title, excerpt) = highlighted(connection, &query, &content).await?;
        rows.push(Hit { content, space, title, excerpt, last_modified: row.try_get("last_modified")? });
    }
    let end = start + i64::try_from(found.len()).unwrap_or(0);
    let next = (end < total && !found.is_empty()).then(|| cursor::write(end, it.cql));
    Ok(Found { rows, total, start, normalised: query.to_string(), next })
}

/// A result's title and excerpt with the words marked that it was found by.
async fn highlighted(
    connection: &mut SqliteConnection,
    query: &Query,
    content: &Content,
) -> Result<(String, String), SearchError> {
    let mut expressions = Vec::new();
    marks(&query.condition, &mut expressions);
    if expressions.is_empty() {
        return Ok((escape(&content.title), String::new()));
    }
    let row = sqlx::query(
        "SELECT highlight(content_search, 0, ?1, ?2), snippet(content_search, 1, ?1, ?2, '…', ?3) FROM content_search \
         WHERE content_search MATCH ?4 AND rowid = ?5",
    )
    .bind(OPEN.to_string())
    .bind(CLOSE.to_string())
    .bind(EXCERPT_WORDS)
    .bind(expressions.join(" OR "))
    .bind(content.id)
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok((escape(&content.title), String::new())) };
    Ok((marked(row.try_get(0)?), marked(row.try_get(1)?)))
}

fn marked(text: &str) -> String {
    escape(text).replace(OPEN, "@@@hl@@@").replace(CLOSE, "@@@endhl@@@")
}
