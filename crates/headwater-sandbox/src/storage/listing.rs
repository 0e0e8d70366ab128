//! Lists of content, page by page. A page starts after the last row of the one before (keyset), so rows that come
//! or go in between never shift the others.

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::content::{Content, Kind, Status};
use super::versions::Version;
use super::{StorageError, access};

/// The filters of a list of content. A filter that is `None` or empty does not narrow the list.
#[derive(Clone, Debug)]
pub(crate) struct Filter<'a> {
    pub(crate) cloud_id: &'a str,
    /// The account whose permissions count; `None` sees everything.
    pub(crate) viewer: Option<&'a str>,
    pub(crate) kind: Kinds,
    pub(crate) statuses: &'a [Status],
    pub(crate) ids: &'a [i64],
    pub(crate) space_ids: &'a [i64],
    /// Compared without regard to case.
    pub(crate) title: Option<&'a str>,
    pub(crate) subtype: Option<&'a str>,
    pub(crate) parent: Parent,
    pub(crate) container_id: Option<i64>,
    pub(crate) media_type: Option<&'a str>,
    pub(crate) label_id: Option<i64>,
}

/// The kinds of content in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kinds {
    Only(Kind),
    /// All nodes of the page tree.
    Tree,
}

/// The place in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parent {
    Any,
    /// No parent: the top of the tree.
    Nothing,
    Is(i64),
}

/// The order of a list. The id breaks ties and follows the same direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) by: By,
    pub(crate) descending: bool,
}

/// The columns that a list can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Id,
    CreatedAt,
    ModifiedAt,
    Title,
    Position,
}

/// The value a row is ordered by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Number(i64),
    Text(String),
}

/// The last row of the page before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct After {
    pub(crate) id: i64,
    pub(crate) key: Key,
}

/// One row of a list: the content and its newest version.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) content: Content,
    pub(crate) version: Version,
    pub(crate) key: Key,
}

impl By {
    /// The column in SQL.
    fn column(self) -> &'static str {
        match self {
            Self::Id => "contents.id",
            Self::CreatedAt => "contents.created_at",
            Self::ModifiedAt => "contents.modified_at",
            Self::Title => "contents.title_key",
            Self::Position => "coalesce(contents.position, -1)",
        }
    }
}

/// Lists up to `limit` rows after `after`.
pub(crate) async fn list(
    connection: &mut SqliteConnection,
    filter: &Filter<'_>,
    order: Order,
    after: Option<&After>,
    limit: u32,
) -> Result<Vec<Listed>, StorageError> {
    let mut query = QueryBuilder::new("");
    push_list(&mut query, filter, order, after, limit);
    let rows = query.build().fetch_all(connection).await?;
    rows.iter().map(|row| read(row, order.by)).collect()
}

fn push_list(
    query: &mut QueryBuilder<Sqlite>,
    filter: &Filter<'_>,
    order: Order,
    after: Option<&After>,
    limit: u32,
) {
    query.push("SELECT contents.*, ").push(order.by.column());
    // A cross join is carried out as it stands: contents first, in the order of an index.
    query.push(
        " AS order_key, versions.author_id AS version_author_id, versions.message AS version_message,
            versions.minor_edit AS version_minor_edit, versions.created_at AS version_created_at
         FROM contents
         CROSS JOIN versions ON versions.content_id = contents.id AND versions.number = contents.version",
    );
    push_filter(query, filter);
    if let Some(after) = after {
        push_after(query, order, after);
    }
    let direction = if order.descending { " DESC" } else { " ASC" };
    query.push(" ORDER BY order_key").push(direction).push(", contents.id").push(direction);
    query.push(" LIMIT ").push_bind(i64::from(limit));
}

fn push_filter(query: &mut QueryBuilder<Sqlite>, filter: &Filter<'_>) {
    query.push(" WHERE contents.cloud_id = ").push_bind(filter.cloud_id.to_owned());
    match filter.kind {
        Kinds::Only(kind) => drop(query.push(" AND contents.type = ").push_bind(kind.as_str())),
        Kinds::Tree => push_in(query, "contents.type", Kind::TREE.into_iter().map(Kind::as_str)),
    }
    access::push_visible(query, filter.cloud_id, filter.viewer);
    push_in(query, "contents.status", filter.statuses.iter().map(|status| status.as_str()));
    push_in(query, "contents.id", filter.ids.iter().copied());
    push_in(query, "contents.space_id", filter.space_ids.iter().copied());
    if let Some(title) = filter.title {
        query.push(" AND contents.title_key = ").push_bind(title.to_lowercase());
    }
    if let Some(subtype) = filter.subtype {
        // A page without a subtype is an ordinary page.
        query.push(" AND coalesce(contents.subtype, contents.type) = ").push_bind(subtype.to_owned());
    }
    match filter.parent {
        Parent::Any => {}
        Parent::Nothing => drop(query.push(" AND contents.parent_id IS NULL")),
        Parent::Is(id) => drop(query.push(" AND contents.parent_id = ").push_bind(id)),
    }
    if let Some(id) = filter.container_id {
        query.push(" AND contents.container_id = ").push_bind(id);
    }
    if let Some(id) = filter.label_id {
        query.push(" AND contents.id IN (SELECT content_id FROM content_labels WHERE label_id = ");
        query.push_bind(id).push(")");
    }
    if let Some(media_type) = filter.media_type {
        query.push(" AND contents.id IN (SELECT content_id FROM attachments WHERE media_type = ");
        query.push_bind(media_type.to_owned()).push(")");
    }
}

fn push_in<T>(query: &mut QueryBuilder<Sqlite>, column: &str, values: impl ExactSizeIterator<Item = T>)
where
    T: for<'q> sqlx::Encode<'q, Sqlite> + sqlx::Type<Sqlite>,
{
    if values.len() == 0 {
        return;
    }
    query.push(" AND ").push(column).push(" IN (");
    let mut list = query.separated(", ");
    for value in values {
        list.push_bind(value);
    }
    query.push(")");
}

fn push_after(query: &mut QueryBuilder<Sqlite>, order: Order, after: &After) {
    let comparison = if order.descending { " < (" } else { " > (" };
    query.push(" AND (").push(order.by.column()).push(", contents.id)").push(comparison);
    match &after.key {
        Key::Number(number) => query.push_bind(*number),
        Key::Text(text) => query.push_bind(text.clone()),
    };
    query.push(", ").push_bind(after.id).push(")");
}

fn read(row: &SqliteRow, by: By) -> Result<Listed, StorageError> {
    let content = Content::read(row)?;
    let version = Version {
        content_id: content.id,
        number: content.version,
        author_id: row.try_get("version_author_id")?,
        message: row.try_get("version_message")?,
        minor_edit: row.try_get("version_minor_edit")?,
        created_at: row.try_get("version_created_at")?,
        title: content.title.clone(),
        body: content.body.clone(),
    };
    let key = match by {
        By::Title => Key::Text(row.try_get("order_key")?),
        By::Id | By::CreatedAt | By::ModifiedAt | By::Position => Key::Number(row.try_get("order_key")?),
    };
    Ok(Listed { content, version, key })
}

#[cfg(test)]
mod tests {
    use sqlx::Row as _;

    use super::*;
    use crate::seed;
    use crate::storage::{Storage, sites, users};

    #[tokio::test]
    async fn no_order_of_a_long_list_needs_sorting() {
        let storage = Storage::open(None).await.unwrap();
        seed::load(&storage, 0).await.unwrap();
        seed::generate(&storage, 3000, 1, 0).await.unwrap();
        let mut tx = storage.begin().await.unwrap();
        let site = sites::all(&mut tx).await.unwrap().swap_remove(0);
        let user = users::all(&mut tx).await.unwrap().swap_remove(0);
        let filter = Filter {
            cloud_id: &site.cloud_id,
            viewer: Some(&user.account_id),
            kind: Kinds::Only(Kind::Page),
            statuses: &[Status::Current, Status::Archived],
            ids: &[],
            space_ids: &[],
            title: None,
            subtype: None,
            parent: Parent::Any,
            container_id: None,
            label_id: None,
            media_type: None,
        };
        for by in [By::Id, By::CreatedAt, By::ModifiedAt, By::Title] {
            for descending in [false, true] {
                let mut query = QueryBuilder::new("EXPLAIN QUERY PLAN ");
                let key = if by == By::Title { Key::Text("m".to_owned()) } else { Key::Number(7) };
                push_list(&mut query, &filter, Order { by, descending }, Some(&After { id: 7, key }), 26);
                let plan = query.build().fetch_all(&mut *tx).await.unwrap();
                let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
                assert!(steps[0].starts_with("SEARCH contents"), "{by:?}: {}", steps[0]);
                assert!(!steps.iter().any(|it| it.contains("ORDER BY")), "{by:?}: {steps:?}");
            }
        }
    }
}
