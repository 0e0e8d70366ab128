//! Labels of content and spaces. A label exists as long as something carries it.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::access::{readable_spaces, visible};
use super::{StorageError, next_number};

/// One label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) id: i64,
    /// `global`, `my`, `team` or `system`.
    pub(crate) prefix: String,
    pub(crate) name: String,
}

/// Adds a label to content; nothing changes when it is there already. The name is stored in lower case.
pub(crate) async fn attach(
    connection: &mut SqliteConnection,
    content_id: i64,
    prefix: &str,
    name: &str,
    author_id: &str,
    at: i64,
) -> Result<(), StorageError> {
    let sql = "INSERT OR IGNORE INTO content_labels (content_id, label_id, created_at, author_id) VALUES (?1, ?2, ?3, ?4)";
    attach_with(connection, sql, content_id, (prefix, name), author_id, at).await
}

/// Removes a label from content, and deletes labels that nothing carries any more. Returns whether it was there.
pub(crate) async fn detach(
    connection: &mut SqliteConnection,
    content_id: i64,
    name: &str,
) -> Result<bool, StorageError> {
    let taken = sqlx::query(
        "DELETE FROM content_labels WHERE content_id = ?1
         AND label_id IN (SELECT id FROM labels WHERE name = ?2)",
    )
    .bind(content_id)
    .bind(name.to_lowercase())
    .execute(&mut *connection)
    .await?
    .rows_affected();
    forget_unused(connection).await?;
    Ok(taken > 0)
}

/// Lists the labels of one piece of content, oldest label first.
pub(crate) async fn of_content(
    connection: &mut SqliteConnection,
    content_id: i64,
) -> Result<Vec<Label>, StorageError> {
    let sql = "SELECT labels.* FROM labels JOIN content_labels ON content_labels.label_id = labels.id
         WHERE content_labels.content_id = ?1 ORDER BY labels.id";
    of_carrier(connection, sql, content_id).await
}

/// Lists the labels of one space, oldest label first.
pub(crate) async fn of_space(
    connection: &mut SqliteConnection,
    space_id: i64,
) -> Result<Vec<Label>, StorageError> {
    let sql = "SELECT labels.* FROM labels JOIN space_labels ON space_labels.label_id = labels.id
         WHERE space_labels.space_id = ?1 ORDER BY labels.id";
    of_carrier(connection, sql, space_id).await
}

/// Lists the labels that current content of one space carries, as far as this user may see it.
pub(crate) async fn in_space(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    space_id: i64,
    viewer: Option<&str>,
) -> Result<Vec<Label>, StorageError> {
    let rows = sqlx::query(concat!(
        "SELECT * FROM labels WHERE id IN (SELECT label_id FROM content_labels
            JOIN contents ON contents.id = content_labels.content_id
            WHERE contents.space_id = ?3 AND contents.status = 'current' AND ",
        visible!("contents", "?1", "?2"),
        ") ORDER BY id"
    ))
    .bind(cloud_id)
    .bind(viewer)
    .bind(space_id)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// Lists the labels that something on this site carries, as far as this user may see it.
pub(crate) async fn on_site(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    viewer: Option<&str>,
) -> Result<Vec<Label>, StorageError> {
    let rows = sqlx::query(concat!(
        "SELECT * FROM labels WHERE id IN (SELECT label_id FROM content_labels
            JOIN contents ON contents.id = content_labels.content_id
            WHERE contents.cloud_id = ?1 AND ",
        visible!("contents", "?1", "?2"),
        ")
         OR id IN (SELECT label_id FROM space_labels JOIN spaces ON spaces.id = space_labels.space_id
            WHERE spaces.cloud_id = ?1 AND (?2 IS NULL OR spaces.id IN ",
        readable_spaces!("?1", "?2"),
        ")) ORDER BY id"
    ))
    .bind(cloud_id)
    .bind(viewer)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// Adds a label to a space; nothing changes when it is there already.
pub(crate) async fn attach_to_space(
    connection: &mut SqliteConnection,
    space_id: i64,
    prefix: &str,
    name: &str,
    author_id: &str,
    at: i64,
) -> Result<(), StorageError> {
    let sql = "INSERT OR IGNORE INTO space_labels (space_id, label_id, created_at, author_id) VALUES (?1, ?2, ?3, ?4)";
    attach_with(connection, sql, space_id, (prefix, name), author_id, at).await
}

/// Removes a label from a space. Returns whether it was there.
pub(crate) async fn detach_from_space(
    connection: &mut SqliteConnection,
    space_id: i64,
    prefix: &str,
    name: &str,
) -> Result<bool, StorageError> {
    let taken = sqlx::query(
        "DELETE FROM space_labels WHERE space_id = ?1
         AND label_id IN (SELECT id FROM labels WHERE prefix = ?2 AND name = ?3)",
    )
    .bind(space_id)
    .bind(prefix)
    .bind(name.to_lowercase())
    .execute(&mut *connection)
    .await?
    .rows_affected();
    forget_unused(connection).await?;
    Ok(taken > 0)
}

/// Finds the labels of this name, whatever their prefix.
pub(crate) async fn named(connection: &mut SqliteConnection, name: &str) -> Result<Vec<Label>, StorageError> {
    let rows = sqlx::query("SELECT * FROM labels WHERE name = ?1 ORDER BY id")
        .bind(name.to_lowercase())
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

/// Something that carries a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Carrier {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) title: String,
}

/// Lists the current content of a site that carries a label, as far as this user may see it.
pub(crate) async fn carriers(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    label_id: i64,
    viewer: Option<&str>,
) -> Result<Vec<Carrier>, StorageError> {
    let rows: Vec<(i64, String, String)> = sqlx::query_as(concat!(
        "SELECT id, type, title FROM contents WHERE cloud_id = ?1 AND status = 'current'
         AND id IN (SELECT content_id FROM content_labels WHERE label_id = ?3) AND ",
        visible!("contents", "?1", "?2"),
        " ORDER BY id"
    ))
    .bind(cloud_id)
    .bind(viewer)
    .bind(label_id)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id, kind, title)| Carrier { id, kind, title }).collect())
}

/// Adds a label, which is a prefix and a name, to a carrier with the insert statement of its table. Names are
/// stored in lower case, in which they are compared.
async fn attach_with(
    connection: &mut SqliteConnection,
    sql: &'static str,
    carrier_id: i64,
    (prefix, name): (&str, &str),
    author_id: &str,
    at: i64,
) -> Result<(), StorageError> {
    let label_id = known_or_new(connection, prefix, &name.to_lowercase()).await?;
    sqlx::query(sql).bind(carrier_id).bind(label_id).bind(at).bind(author_id).execute(connection).await?;
    Ok(())
}

/// Reads the labels of a carrier with the query of its table.
async fn of_carrier(
    connection: &mut SqliteConnection,
    sql: &'static str,
    carrier_id: i64,
) -> Result<Vec<Label>, StorageError> {
    let rows = sqlx::query(sql).bind(carrier_id).fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

async fn known_or_new(
    connection: &mut SqliteConnection,
    prefix: &str,
    name: &str,
) -> Result<i64, StorageError> {
    let known: Option<i64> = sqlx::query_scalar("SELECT id FROM labels WHERE prefix = ?1 AND name = ?2")
        .bind(prefix)
        .bind(name)
        .fetch_optional(&mut *connection)
        .await?;
    match known {
        Some(id) => Ok(id),
        None => create(connection, prefix, name).await,
    }
}

async fn forget_unused(connection: &mut SqliteConnection) -> Result<(), StorageError> {
    sqlx::query(
        "DELETE FROM labels WHERE id NOT IN (SELECT label_id FROM content_labels)
         AND id NOT IN (SELECT label_id FROM space_labels)",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Finds the label with this id.
pub(crate) async fn find(connection: &mut SqliteConnection, id: i64) -> Result<Option<Label>, StorageError> {
    let row = sqlx::query("SELECT * FROM labels WHERE id = ?1").bind(id).fetch_optional(connection).await?;
    row.as_ref().map(read).transpose()
}

async fn create(connection: &mut SqliteConnection, prefix: &str, name: &str) -> Result<i64, StorageError> {
    let id = next_number(connection, "label").await?;
    sqlx::query("INSERT INTO labels (id, prefix, name) VALUES (?1, ?2, ?3)")
        .bind(id)
        .bind(prefix)
        .bind(name)
        .execute(connection)
        .await?;
    Ok(id)
}

pub(crate) fn read(row: &SqliteRow) -> Result<Label, StorageError> {
    Ok(Label { id: row.try_get("id")?, prefix: row.try_get("prefix")?, name: row.try_get("name")? })
}
