//! Searches: queries of `cql` compiled to SQL and carried out, within the permissions of the user who searches.

mod compile;
mod cursor;
mod excerpt;
mod lexicon;
mod page;
mod people;
mod resolve;
mod text;

#[cfg(test)]
mod tests;

use sqlx::SqliteConnection;

use self::compile::{Asker, Ordering, Universe, marks};
pub(crate) use self::excerpt::Excerpt;
use self::lexicon::Lexicon;
use self::page::{Page, Wanted, page};
pub(crate) use self::people::find_people;
use self::text::match_expression;
use crate::cql::ast::{Clause, Condition, Field, Operand, Operator, Query};
use crate::cql::date::Moment;
use crate::cql::error::CqlError;
use crate::cql::parse;
use crate::formats::html::escape;
use crate::storage::content::Content;
use crate::storage::spaces::{self, Space};
use crate::storage::{StorageError, contents};

/// A search.
pub(crate) struct Search<'a> {
    pub(crate) cloud_id: &'a str,
    pub(crate) account_id: &'a str,
    /// The user's time zone, in seconds east of Greenwich.
    pub(crate) offset_seconds: i32,
    pub(crate) now_ms: i64,
    pub(crate) cql: &'a str,
    /// The `cqlcontext` of the request: what `currentSpace()` and `currentContent()` mean.
    pub(crate) context: Option<&'a str>,
    pub(crate) excerpt: Excerpt,
    pub(crate) archived_spaces: bool,
    pub(crate) limit: i64,
    pub(crate) cursor: Option<&'a str>,
}

/// One page of the results of a search.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) rows: Vec<Hit>,
    pub(crate) total: i64,
    /// The number of results before this page.
    pub(crate) start: i64,
    /// The query in its normal form.
    pub(crate) normalised: String,
    /// The cursor of the next page.
    pub(crate) next: Option<String>,
}

/// One result.
#[derive(Debug)]
pub(crate) struct Hit {
    /// The content; nothing when the space itself was found.
    pub(crate) content: Option<Content>,
    pub(crate) space: Space,
    /// Escaped for HTML, with highlight marks.
    pub(crate) title: String,
    pub(crate) excerpt: String,
    pub(crate) last_modified: i64,
}

/// An error that keeps a search from being carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SearchError {
    #[error(transparent)]
    Cql(#[from] CqlError),
    #[error("the cursor does not belong to this search")]
    Cursor,
    /// A `siteSearch` for an empty text, which breaks the vendor's search [live].
    #[error("a search of the site needs a word")]
    EmptySiteSearch,
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
    if resolve::any(&query.condition, &is_empty_site_search) {
        return Err(SearchError::EmptySiteSearch);
    }
    let start =
        it.cursor.map_or(Some(0), |cursor| cursor::read(cursor, it.cql)).ok_or(SearchError::Cursor)?;
    let condition = resolve::without_site_search_in_the_middle(&query.condition);
    let condition = resolve::resolve(connection, &condition, it).await?;
    let mut texts = Vec::new();
    resolve::searched_texts(&condition, &mut texts);
    let asker = Asker {
        cloud_id: it.cloud_id,
        account_id: it.account_id,
        moment: Moment::new(it.now_ms, it.offset_seconds),
        archived_spaces: it.archived_spaces,
        lexicon: Lexicon::look_up(connection, &texts).await?,
    };
    let ordering = ordering(&query, &condition, &asker.lexicon);
    let universes = universes(&condition);
    let wanted = Wanted { universes, condition: &condition, ordering: &ordering, asker: &asker };
    let Page { ids, total, has_more } = page(connection, &wanted, it.limit, start).await?;
    let mut expressions = Vec::new();
    marks(&condition, &asker.lexicon, &mut expressions);
    let marks = expressions.join(" OR ");
    let mut rows = Vec::with_capacity(ids.len());
    for (source, id) in &ids {
        let hit = if *source == 1 {
            space(connection, it, *id).await?
        } else {
            content(connection, it, *id, &marks).await?
        };
        rows.extend(hit);
    }
    let end = start + i64::try_from(ids.len()).unwrap_or(0);
    let next = (has_more && !ids.is_empty()).then(|| cursor::write(end, it.cql));
    Ok(Found { rows, total, start, normalised: query.to_string(), next })
}

/// Returns what a query searches. Spaces are only searched by queries that name the type `space`.
fn universes(condition: &Condition) -> &'static [Universe] {
    let names_spaces = |clause: &Clause| {
        let is_space =
            |value: &Operand| matches!(value, Operand::Text(text) if text.eq_ignore_ascii_case("space"));
        clause.field == Field::Type
            && matches!(clause.operator, Operator::Equal | Operator::In)
            && clause.values.iter().any(is_space)
    };
    if resolve::any(condition, &names_spaces) {
        &[Universe::Contents, Universe::Spaces]
    } else {
        &[Universe::Contents]
    }
}

/// Returns the order of results. Only `siteSearch` puts the most relevant first [live].
fn ordering<'a>(query: &'a Query, condition: &Condition, lexicon: &Lexicon) -> Ordering<'a> {
    let is_search =
        |clause: &Clause| clause.field == Field::SiteSearch && clause.operator == Operator::Matches;
    if query.order.is_empty() && resolve::any(condition, &is_search) {
        let mut texts = Vec::new();
        resolve::searched_texts(condition, &mut texts);
        let expressions: Vec<String> =
            texts.iter().filter_map(|it| match_expression(it, lexicon)).map(|it| format!("({it})")).collect();
        if !expressions.is_empty() {
            return Ordering::Relevance(expressions.join(" OR "));
        }
    }
    Ordering::Written(&query.order)
}

fn is_empty_site_search(clause: &Clause) -> bool {
    let is_empty = |value: &Operand| matches!(value, Operand::Text(text) if text.trim().is_empty());
    clause.field == Field::SiteSearch && clause.values.iter().any(is_empty)
}

async fn content(
    connection: &mut SqliteConnection,
    it: &Search<'_>,
    id: i64,
    marks: &str,
) -> Result<Option<Hit>, SearchError> {
    let content = contents::reread(connection, id).await?;
    let Some(space) = spaces::find(connection, it.cloud_id, content.space_id).await? else { return Ok(None) };
    let (title, excerpt) = excerpt::of_content(connection, &content, marks, it.excerpt).await?;
    let last_modified = sqlx::query_scalar("SELECT modified_at FROM contents WHERE id = ?1")
        .bind(id)
        .fetch_one(connection)
        .await?;
    Ok(Some(Hit { content: Some(content), space, title, excerpt, last_modified }))
}

async fn space(
    connection: &mut SqliteConnection,
    it: &Search<'_>,
    id: i64,
) -> Result<Option<Hit>, SearchError> {
    let space = spaces::find(connection, it.cloud_id, id).await?;
    Ok(space.map(|space| Hit {
        content: None,
        title: escape(&space.name),
        excerpt: excerpt::of_text(&space.description, it.excerpt),
        last_modified: space.created_at,
        space,
    }))
}
