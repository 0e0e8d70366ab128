//! Views of content by people. Only the web view counts, calls of the API do not.

use sqlx::SqliteConnection;

use super::StorageError;

/// Adds a view of content.
pub(crate) async fn add(
    connection: &mut SqliteConnection,
    content_id: i64,
    account_id: &str,
    at: i64,
) -> Result<(), StorageError> {
    sqlx::query("INSERT INTO views (content_id, account_id, viewed_at) VALUES (?1, ?2, ?3)")
        .bind(content_id)
        .bind(account_id)
        .bind(at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns how often content was viewed since a time, and by how many people.
pub(crate) async fn count(
    connection: &mut SqliteConnection,
    content_id: i64,
    since: i64,
) -> Result<(i64, i64), StorageError> {
    Ok(sqlx::query_as(
        "SELECT count(*), count(DISTINCT account_id) FROM views WHERE content_id = ?1 AND viewed_at >= ?2",
    )
    .bind(content_id)
    .bind(since)
    .fetch_one(connection)
    .await?)
}

/// Returns the ids of the content that an account viewed on a site, the latest first.
pub(crate) async fn recent_contents(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    account_id: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<i64>, StorageError> {
    Ok(sqlx::query_scalar(
        "SELECT content_id FROM views JOIN contents ON contents.id = content_id
         WHERE account_id = ?1 AND cloud_id = ?2 GROUP BY content_id ORDER BY max(views.id) DESC LIMIT ?3 OFFSET ?4",
    )
    .bind(account_id)
    .bind(cloud_id)
    .bind(limit)
    .bind(offset)
    .fetch_all(connection)
    .await?)
}

/// Returns the keys of the spaces that an account viewed on a site, the latest first.
pub(crate) async fn recent_spaces(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    account_id: &str,
    limit: i64,
) -> Result<Vec<String>, StorageError> {
    Ok(sqlx::query_scalar(
        "SELECT spaces.key FROM views JOIN contents ON contents.id = content_id JOIN spaces ON spaces.id = space_id
         WHERE account_id = ?1 AND spaces.cloud_id = ?2 GROUP BY spaces.id ORDER BY max(views.id) DESC LIMIT ?3",
    )
    .bind(account_id)
    .bind(cloud_id)
    .bind(limit)
    .fetch_all(connection)
    .await?)
}
