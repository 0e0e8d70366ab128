//! One page of the results of a search, and how many results there are.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::SearchError;
use super::compile::{
    Asker, Ordering, Universe, push_from, push_from_index, push_order, push_select, split_by_index,
};
use crate::cql::ast::Condition;

/// The number up to which results are counted. Of more, the number is estimated, as the vendor's is [live]. Tests
/// have less to count.
const COUNTED: i64 = if cfg!(test) { 300 } else { 10_000 };

/// A compiled search.
pub(super) struct Wanted<'a> {
    pub(super) universes: &'a [Universe],
    pub(super) condition: &'a Condition,
    pub(super) ordering: &'a Ordering<'a>,
    pub(super) asker: &'a Asker<'a>,
}

/// One page.
pub(super) struct Page {
    /// The source of each result, 0 for content and 1 for spaces, and its id.
    pub(super) ids: Vec<(i64, i64)>,
    pub(super) total: i64,
    pub(super) has_more: bool,
}

/// Returns the page of `limit` results after `start`.
pub(super) async fn page(
    connection: &mut SqliteConnection,
    wanted: &Wanted<'_>,
    limit: i64,
    start: i64,
) -> Result<Page, SearchError> {
    match (wanted.ordering, wanted.universes) {
        (Ordering::Written([]), [Universe::Contents]) => {
            in_order_of_ids(connection, wanted, limit, start).await
        }
        _ => sorted(connection, wanted, limit, start).await,
    }
}

/// Returns content in the order of its ids: no more of it is read than is shown and counted.
async fn in_order_of_ids(
    connection: &mut SqliteConnection,
    wanted: &Wanted<'_>,
    limit: i64,
    start: i64,
) -> Result<Page, SearchError> {
    let mut select = QueryBuilder::<Sqlite>::new("SELECT 0, c.id");
    push_ordered(&mut select, wanted)?;
    select.push(" LIMIT ").push_bind(limit + 1).push(" OFFSET ").push_bind(start);
    let mut ids: Vec<(i64, i64)> = select.build_query_as().fetch_all(&mut *connection).await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = ids.len() > shown;
    ids.truncate(shown);
    let end = start + i64::try_from(ids.len()).unwrap_or(0);
    let total =
        if has_more || (ids.is_empty() && start > 0) { count(connection, wanted).await? } else { end };
    let least = if has_more { end + 1 } else { 0 };
    Ok(Page { ids, total: total.max(least), has_more })
}

/// Returns the number of results: counted, or estimated from how far the first of them reach.
async fn count(connection: &mut SqliteConnection, wanted: &Wanted<'_>) -> Result<i64, SearchError> {
    let mut select = QueryBuilder::<Sqlite>::new(
        "SELECT COUNT(*), COALESCE(MAX(id), 0) - (SELECT MIN(id) FROM contents), \
         (SELECT MAX(id) - MIN(id) FROM contents) FROM (SELECT c.id AS id",
    );
    push_ordered(&mut select, wanted)?;
    select.push(" LIMIT ").push_bind(COUNTED).push(")");
    let (counted, reach, whole): (i64, Option<i64>, Option<i64>) =
        select.build_query_as().fetch_one(&mut *connection).await?;
    let reach = reach.unwrap_or(0).max(1);
    Ok(if counted < COUNTED { counted } else { counted.saturating_mul(whole.unwrap_or(0)) / reach })
}

/// Appends `FROM … WHERE … ORDER BY …` by the ids of content.
fn push_ordered(sql: &mut QueryBuilder<Sqlite>, wanted: &Wanted<'_>) -> Result<(), SearchError> {
    let Wanted { condition, ordering, asker, .. } = wanted;
    if let Some((expression, rest)) = split_by_index(condition, &asker.lexicon) {
        push_from_index(sql, &expression, &rest, asker)?;
        sql.push(" ORDER BY f.rowid");
    } else {
        push_from(sql, Universe::Contents, condition, ordering, asker)?;
        sql.push(" ORDER BY c.id");
    }
    Ok(())
}

/// Returns results that must all be read to be sorted.
async fn sorted(
    connection: &mut SqliteConnection,
    wanted: &Wanted<'_>,
    limit: i64,
    start: i64,
) -> Result<Page, SearchError> {
    let Wanted { universes, condition, ordering, asker } = wanted;
    let mut select = QueryBuilder::<Sqlite>::new("SELECT source, id, COUNT(*) OVER () FROM (");
    for (place, universe) in universes.iter().enumerate() {
        if place > 0 {
            select.push(" UNION ALL ");
        }
        push_select(&mut select, *universe, condition, ordering, asker)?;
    }
    select.push(")");
    push_order(&mut select, ordering);
    select.push(" LIMIT ").push_bind(limit).push(" OFFSET ").push_bind(start);
    let rows: Vec<(i64, i64, i64)> = select.build_query_as().fetch_all(&mut *connection).await?;
    let mut total = rows.first().map_or(0, |(_, _, total)| *total);
    if rows.is_empty() {
        // A page without rows says nothing of those before it.
        for universe in *universes {
            let mut count = QueryBuilder::<Sqlite>::new("SELECT COUNT(*)");
            push_from(&mut count, *universe, condition, &Ordering::Written(&[]), asker)?;
            total += count.build_query_scalar::<i64>().fetch_one(&mut *connection).await?;
        }
    }
    let end = start + i64::try_from(rows.len()).unwrap_or(0);
    let ids = rows.into_iter().map(|(source, id, _)| (source, id)).collect();
    Ok(Page { ids, total, has_more: end < total })
}
