//! Templates of new pages.

use sqlx::sqlite::SqliteRow;
use sqlx::types::Json;
use sqlx::{Row, SqliteConnection};

use super::{StorageError, take_id};

/// One template.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template {
    pub(crate) id: i64,
    pub(crate) cloud_id: String,
    /// The space; `None` for the whole site.
    pub(crate) space_id: Option<i64>,
    pub(crate) name: String,
    /// The column is called `type`.
    pub(crate) kind: String,
    pub(crate) description: String,
    /// Storage format.
    pub(crate) body: String,
    /// The labels pages made from it get, as they were sent.
    pub(crate) labels: serde_json::Value,
}

/// Saves a template and returns its id. The id 0 stands for a new one.
pub(crate) async fn save(
    connection: &mut SqliteConnection,
    template: &Template,
) -> Result<i64, StorageError> {
    let id = match template.id {
        0 => take_id(connection, None).await?,
        id => id,
    };
    sqlx::query(
        "INSERT OR REPLACE INTO templates (id, cloud_id, space_id, name, type, description, body, labels)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(id)
    .bind(&template.cloud_id)
    .bind(template.space_id)
    .bind(&template.name)
    .bind(&template.kind)
    .bind(&template.description)
    .bind(&template.body)
    .bind(Json(&template.labels))
    .execute(connection)
    .await?;
    Ok(id)
}

/// Lists the templates of a space, or with `None` those of the whole site; oldest first.
pub(crate) async fn list(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    space_id: Option<i64>,
) -> Result<Vec<Template>, StorageError> {
    let rows = sqlx::query("SELECT * FROM templates WHERE cloud_id = ?1 AND space_id IS ?2 ORDER BY id")
        .bind(cloud_id)
        .bind(space_id)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

/// Finds the template with this id on this site.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    id: i64,
) -> Result<Option<Template>, StorageError> {
    let row = sqlx::query("SELECT * FROM templates WHERE cloud_id = ?1 AND id = ?2")
        .bind(cloud_id)
        .bind(id)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Removes a template.
pub(crate) async fn remove(connection: &mut SqliteConnection, id: i64) -> Result<(), StorageError> {
    sqlx::query("DELETE FROM templates WHERE id = ?1").bind(id).execute(connection).await?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<Template, StorageError> {
    let labels: Json<serde_json::Value> = row.try_get("labels")?;
    Ok(Template {
        id: row.try_get("id")?,
        cloud_id: row.try_get("cloud_id")?,
        space_id: row.try_get("space_id")?,
        name: row.try_get("name")?,
        kind: row.try_get("type")?,
        description: row.try_get("description")?,
        body: row.try_get("body")?,
        labels: labels.0,
    })
}
