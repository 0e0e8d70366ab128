//! Relations between users, content and spaces: a user's favourite page, or whatever name a program uses.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::StorageError;

/// The name of the relation for favourites, which people mark with a star.
pub(crate) const FAVOURITE: &str = "favourite";

/// One end of a relation: `user`, `content` or `space`, and its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) kind: String,
    pub(crate) id: String,
}

/// A relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Relation {
    pub(crate) name: String,
    pub(crate) source: End,
    pub(crate) target: End,
    pub(crate) author_id: String,
    pub(crate) created_at: i64,
}

/// Adds a relation; a second time changes nothing.
pub(crate) async fn add(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    it: &Relation,
) -> Result<(), StorageError> {
    sqlx::query("INSERT OR IGNORE INTO relations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
        .bind(cloud_id)
        .bind(&it.name)
        .bind(&it.source.kind)
        .bind(&it.source.id)
        .bind(&it.target.kind)
        .bind(&it.target.id)
        .bind(&it.author_id)
        .bind(it.created_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Finds the relations of a name on a site, with a source, a target, or both.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    name: &str,
    source: Option<&End>,
    target: Option<&End>,
) -> Result<Vec<Relation>, StorageError> {
    let rows = sqlx::query(
        "SELECT * FROM relations WHERE cloud_id = ?1 AND name = ?2
         AND (?3 IS NULL OR (source_type, source_id) = (?3, ?4))
         AND (?5 IS NULL OR (target_type, target_id) = (?5, ?6)) ORDER BY created_at, source_id, target_id",
    )
    .bind(cloud_id)
    .bind(name)
    .bind(source.map(|it| &it.kind))
    .bind(source.map(|it| &it.id))
    .bind(target.map(|it| &it.kind))
    .bind(target.map(|it| &it.id))
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// Removes a relation.
pub(crate) async fn remove(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    it: &Relation,
) -> Result<(), StorageError> {
    sqlx::query(
        "DELETE FROM relations WHERE cloud_id = ?1 AND name = ?2 AND (source_type, source_id) = (?3, ?4)
         AND (target_type, target_id) = (?5, ?6)",
    )
    .bind(cloud_id)
    .bind(&it.name)
    .bind(&it.source.kind)
    .bind(&it.source.id)
    .bind(&it.target.kind)
    .bind(&it.target.id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns whether content is a favourite of an account.
pub(crate) async fn is_favourite(
    connection: &mut SqliteConnection,
    content_id: i64,
    account_id: &str,
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM relations WHERE target_type = 'content' AND target_id = ?1 AND name = ?2
         AND source_type = 'user' AND source_id = ?3)",
    )
    .bind(content_id.to_string())
    .bind(FAVOURITE)
    .bind(account_id)
    .fetch_one(connection)
    .await?)
}

/// The keys of the spaces that are favourites of an account.
pub(crate) async fn favourite_spaces(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    account_id: &str,
) -> Result<Vec<String>, StorageError> {
    Ok(sqlx::query_scalar(
        "SELECT key FROM relations JOIN spaces ON CAST(spaces.id AS TEXT) = target_id
         WHERE relations.cloud_id = ?1 AND relations.name = ?2 AND source_type = 'user' AND source_id = ?3 AND target_type = 'space'",
    )
    .bind(cloud_id)
    .bind(FAVOURITE)
    .bind(account_id)
    .fetch_all(connection)
    .await?)
}

fn read(row: &SqliteRow) -> Result<Relation, StorageError> {
    Ok(Relation {
        name: row.try_get("name")?,
        source: End { kind: row.try_get("source_type")?, id: row.try_get("source_id")? },
        target: End { kind: row.try_get("target_type")?, id: row.try_get("target_id")? },
        author_id: row.try_get("author_id")?,
        created_at: row.try_get("created_at")?,
    })
}
