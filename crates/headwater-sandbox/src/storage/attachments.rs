//! Files of attachments. An attachment is content (title, version, status) plus one row here with its bytes.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::StorageError;
use super::content::Content;

/// The file of an attachment, besides its content row and without the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attachment {
    pub(crate) content_id: i64,
    pub(crate) container_id: i64,
    pub(crate) media_type: String,
    pub(crate) file_size: i64,
    pub(crate) comment: String,
    /// A UUID.
    pub(crate) file_id: String,
}

/// Stores the file of a content row of kind attachment; a second call replaces it.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    attachment: &Attachment,
    data: &[u8],
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT OR REPLACE INTO attachments (content_id, container_id, media_type, file_size, comment, file_id, data)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(attachment.content_id)
    .bind(attachment.container_id)
    .bind(&attachment.media_type)
    .bind(attachment.file_size)
    .bind(&attachment.comment)
    .bind(&attachment.file_id)
    .bind(data)
    .execute(connection)
    .await?;
    Ok(())
}

/// Finds the file that belongs to a content row.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    content_id: i64,
) -> Result<Option<Attachment>, StorageError> {
    let row = sqlx::query(
        "SELECT content_id, container_id, media_type, file_size, comment, file_id FROM attachments
         WHERE content_id = ?1",
    )
    .bind(content_id)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Finds the current attachment of a container with this name.
pub(crate) async fn named(
    connection: &mut SqliteConnection,
    container_id: i64,
    name: &str,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar(
        "SELECT id FROM contents WHERE container_id = ?1 AND type = 'attachment' AND status = 'current'
         AND title = ?2",
    )
    .bind(container_id)
    .bind(name)
    .fetch_optional(connection)
    .await?)
}

/// Lists the current attachments of a container, oldest first.
pub(crate) async fn of_container(
    connection: &mut SqliteConnection,
    container_id: i64,
) -> Result<Vec<Content>, StorageError> {
    let rows = sqlx::query(
        "SELECT * FROM contents WHERE container_id = ?1 AND type = 'attachment' AND status = 'current' ORDER BY id",
    )
    .bind(container_id)
    .fetch_all(connection)
    .await?;
    rows.iter().map(Content::read).collect()
}

/// Changes the details of a file; its bytes stay.
pub(crate) async fn describe(
    connection: &mut SqliteConnection,
    attachment: &Attachment,
) -> Result<(), StorageError> {
    sqlx::query(
        "UPDATE attachments SET container_id = ?2, media_type = ?3, comment = ?4 WHERE content_id = ?1",
    )
    .bind(attachment.content_id)
    .bind(attachment.container_id)
    .bind(&attachment.media_type)
    .bind(&attachment.comment)
    .execute(connection)
    .await?;
    Ok(())
}

/// The bytes of a file.
pub(crate) async fn data(
    connection: &mut SqliteConnection,
    content_id: i64,
) -> Result<Option<Vec<u8>>, StorageError> {
    Ok(sqlx::query_scalar("SELECT data FROM attachments WHERE content_id = ?1")
        .bind(content_id)
        .fetch_optional(connection)
        .await?)
}

/// Remembers a download link until `expires_at`.
pub(crate) async fn insert_link(
    connection: &mut SqliteConnection,
    token: &str,
    content_id: i64,
    expires_at: i64,
) -> Result<(), StorageError> {
    sqlx::query("INSERT INTO media_links (token, content_id, expires_at) VALUES (?1, ?2, ?3)")
        .bind(token)
        .bind(content_id)
        .bind(expires_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the attachment that a download link leads to, while the link is good.
pub(crate) async fn follow_link(
    connection: &mut SqliteConnection,
    token: &str,
    now: i64,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar("SELECT content_id FROM media_links WHERE token = ?1 AND expires_at > ?2")
        .bind(token)
        .bind(now)
        .fetch_optional(connection)
        .await?)
}

fn read(row: &SqliteRow) -> Result<Attachment, StorageError> {
    Ok(Attachment {
        content_id: row.try_get("content_id")?,
        container_id: row.try_get("container_id")?,
        media_type: row.try_get("media_type")?,
        file_size: row.try_get("file_size")?,
        comment: row.try_get("comment")?,
        file_id: row.try_get("file_id")?,
    })
}
