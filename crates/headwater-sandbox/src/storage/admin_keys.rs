//! Admin keys: administrators who see everything on a site for a while.

use sqlx::SqliteConnection;

use super::StorageError;

/// Gives an administrator a key, or extends the present one.
pub(crate) async fn set(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    account_id: &str,
    expires_at: i64,
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO admin_keys (cloud_id, account_id, expires_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (cloud_id, account_id) DO UPDATE SET expires_at = excluded.expires_at",
    )
    .bind(cloud_id)
    .bind(account_id)
    .bind(expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns when the key of an administrator ends; `None` when there is none that works.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    account_id: &str,
    now_ms: i64,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar(
        "SELECT expires_at FROM admin_keys WHERE cloud_id = ?1 AND account_id = ?2 AND expires_at > ?3",
    )
    .bind(cloud_id)
    .bind(account_id)
    .bind(now_ms)
    .fetch_optional(connection)
    .await?)
}

/// Removes a key, if there is one.
pub(crate) async fn remove(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    account_id: &str,
) -> Result<(), StorageError> {
    sqlx::query("DELETE FROM admin_keys WHERE cloud_id = ?1 AND account_id = ?2")
        .bind(cloud_id)
        .bind(account_id)
        .execute(connection)
        .await?;
    Ok(())
}
