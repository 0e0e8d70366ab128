//! The editions of sites.

use sqlx::SqliteConnection;

use super::StorageError;
use crate::edition::Edition;

/// Changes the edition of a site.
pub(crate) async fn set(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    edition: Edition,
) -> Result<(), StorageError> {
    sqlx::query("INSERT OR REPLACE INTO editions (cloud_id, edition) VALUES (?1, ?2)")
        .bind(cloud_id)
        .bind(edition.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the edition of a site; the largest when none was chosen.
pub(crate) async fn of_site(
    connection: &mut SqliteConnection,
    cloud_id: &str,
) -> Result<Edition, StorageError> {
    let word: Option<String> = sqlx::query_scalar("SELECT edition FROM editions WHERE cloud_id = ?1")
        .bind(cloud_id)
        .fetch_optional(connection)
        .await?;
    match word {
        None => Ok(Edition::Enterprise),
        Some(word) => {
            Edition::parse(&word).ok_or(StorageError::Unknown { column: "editions.edition", value: word })
        }
    }
}
