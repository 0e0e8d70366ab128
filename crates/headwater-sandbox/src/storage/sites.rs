//! The sites: each is one Confluence with its own cloud id.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::{StorageError, groups, space_roles};

/// One site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) cloud_id: String,
    /// The address at which a browser finds it, without a trailing slash.
    pub(crate) url: String,
    pub(crate) name: String,
}

/// Adds a site with its groups and roles, or renames the one with this cloud id.
pub(crate) async fn insert(connection: &mut SqliteConnection, site: &Site) -> Result<(), StorageError> {
    let known = sqlx::query("SELECT 1 FROM sites WHERE cloud_id = ?1")
        .bind(&site.cloud_id)
        .fetch_optional(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO sites (cloud_id, url, name) VALUES (?1, ?2, ?3)
         ON CONFLICT (cloud_id) DO UPDATE SET url = excluded.url, name = excluded.name",
    )
    .bind(&site.cloud_id)
    .bind(&site.url)
    .bind(&site.name)
    .execute(&mut *connection)
    .await?;
    if known.is_none() {
        groups::lay_out(connection, &site.cloud_id, &site.name).await?;
        space_roles::lay_out(connection, &site.cloud_id).await?;
    }
    Ok(())
}

/// Lists all sites in the order they were added.
pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<Site>, StorageError> {
    let rows =
        sqlx::query("SELECT cloud_id, url, name FROM sites ORDER BY rowid").fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<Site, StorageError> {
    Ok(Site { cloud_id: row.try_get("cloud_id")?, url: row.try_get("url")?, name: row.try_get("name")? })
}
