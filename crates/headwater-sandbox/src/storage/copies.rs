//! Copying labels, properties, files and custom content from one piece of content to another.

use sqlx::{Row, SqliteConnection};

use super::content::Content;
use super::contents::{NewContent, insert, reread};
use super::{StorageError, labels, take_id};

/// The user who copies, and the time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Copier<'a> {
    pub(crate) account_id: &'a str,
    pub(crate) at: i64,
}

/// Copies the labels.
pub(crate) async fn labels(
    connection: &mut SqliteConnection,
    copier: Copier<'_>,
    from: &Content,
    to: &Content,
) -> Result<(), StorageError> {
    for label in labels::of_content(connection, from.id).await? {
        labels::attach(connection, to.id, &label.prefix, &label.name, copier.account_id, copier.at).await?;
    }
    Ok(())
}

/// Copies the properties, as first versions.
pub(crate) async fn properties(
    connection: &mut SqliteConnection,
    copier: Copier<'_>,
    from: &Content,
    to: &Content,
) -> Result<(), StorageError> {
    let kind = from.kind.as_str();
    let keys: Vec<String> = sqlx::query_scalar(
        "SELECT key FROM properties WHERE container_type = ?1 AND container_id = ?2 ORDER BY id",
    )
    .bind(kind)
    .bind(from.id)
    .fetch_all(&mut *connection)
    .await?;
    for key in keys {
        let id = take_id(connection, None).await?;
        sqlx::query(
            "INSERT OR REPLACE INTO properties
                (id, container_type, container_id, key, value, version, created_at, author_id)
             SELECT ?1, container_type, ?2, key, value, 1, ?3, ?4 FROM properties
             WHERE container_type = ?5 AND container_id = ?6 AND key = ?7",
        )
        .bind(id)
        .bind(to.id)
        .bind(copier.at)
        .bind(copier.account_id)
        .bind(kind)
        .bind(from.id)
        .bind(key)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Copies the files, with new ids.
pub(crate) async fn attachments(
    connection: &mut SqliteConnection,
    copier: Copier<'_>,
    from: &Content,
    to: &Content,
    mut new_uuid: impl FnMut() -> String,
) -> Result<(), StorageError> {
    for file in contained(connection, from.id, "attachment").await? {
        let copy = duplicate(connection, copier, &file, to, &new_uuid()).await?;
        sqlx::query(
            "INSERT INTO attachments (content_id, container_id, media_type, file_size, comment, file_id, data)
             SELECT ?1, ?2, media_type, file_size, comment, ?3, data FROM attachments WHERE content_id = ?4",
        )
        .bind(copy.id)
        .bind(to.id)
        .bind(new_uuid())
        .bind(file.id)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Copies the custom content in it, and the custom content in that.
pub(crate) async fn custom_contents(
    connection: &mut SqliteConnection,
    copier: Copier<'_>,
    from: &Content,
    to: &Content,
    mut new_uuid: impl FnMut() -> String,
) -> Result<(), StorageError> {
    let mut open = vec![(from.id, to.clone())];
    while let Some((from_id, to)) = open.pop() {
        for custom in contained(connection, from_id, "custom").await? {
            let copy = duplicate(connection, copier, &custom, &to, &new_uuid()).await?;
            details(connection, custom.id, copy.id).await?;
            open.push((custom.id, copy));
        }
    }
    Ok(())
}

/// Copies the details that only some kinds of content have.
pub(crate) async fn details(
    connection: &mut SqliteConnection,
    from_id: i64,
    to_id: i64,
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO content_details (content_id, name, value)
         SELECT ?1, name, value FROM content_details WHERE content_id = ?2",
    )
    .bind(to_id)
    .bind(from_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Lists the current content of a type in a container.
async fn contained(
    connection: &mut SqliteConnection,
    id: i64,
    kind: &str,
) -> Result<Vec<Content>, StorageError> {
    let rows = sqlx::query(
        "SELECT id FROM contents WHERE container_id = ?1 AND type = ?2 AND status = 'current' ORDER BY id",
    )
    .bind(id)
    .bind(kind)
    .fetch_all(&mut *connection)
    .await?;
    let mut found = Vec::new();
    for row in rows {
        found.push(reread(connection, row.try_get("id")?).await?);
    }
    Ok(found)
}

async fn duplicate(
    connection: &mut SqliteConnection,
    copier: Copier<'_>,
    content: &Content,
    to: &Content,
    share_id: &str,
) -> Result<Content, StorageError> {
    let new = NewContent {
        id: None,
        cloud_id: &to.cloud_id,
        kind: content.kind,
        subtype: content.subtype.as_deref(),
        status: content.status,
        title: &content.title,
        space_id: to.space_id,
        parent_id: None,
        container_id: Some(to.id),
        author_id: copier.account_id,
        created_at: copier.at,
        body: &content.body,
        private: content.private,
        share_id,
    };
    insert(connection, &new).await
}
