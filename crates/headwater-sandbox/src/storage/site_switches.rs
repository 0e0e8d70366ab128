//! Switches of a site.

use sqlx::SqliteConnection;

use super::StorageError;

/// The switch that answers the operations on content that v1 no longer documents with 410.
pub(crate) const CLASSIC_CONTENT_GONE: &str = "classic-content-gone";

/// The switch for sites without space roles.
pub(crate) const NO_ROLES: &str = "no-roles";

/// The switch for sites where access to spaces is given by roles alone.
pub(crate) const ONLY_ROLES: &str = "only-roles";

/// Switches something on or off.
pub(crate) async fn set(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    name: &str,
    on: bool,
) -> Result<(), StorageError> {
    let statement = if on {
        "INSERT OR IGNORE INTO site_switches (cloud_id, name) VALUES (?1, ?2)"
    } else {
        "DELETE FROM site_switches WHERE cloud_id = ?1 AND name = ?2"
    };
    sqlx::query(statement).bind(cloud_id).bind(name).execute(connection).await?;
    Ok(())
}

/// Returns whether a switch of a site is on.
pub(crate) async fn is_on(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    name: &str,
) -> Result<bool, StorageError> {
    let row = sqlx::query("SELECT 1 FROM site_switches WHERE cloud_id = ?1 AND name = ?2")
        .bind(cloud_id)
        .bind(name)
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}
