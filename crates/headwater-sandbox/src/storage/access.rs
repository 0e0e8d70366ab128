//! Permissions to see: the same rules for single pieces of content, for lists, and for questions about a space.
//!
//! An account sees content when it may read the space, and when neither the content nor anything above it is
//! restricted to others. Functions take a viewer: an account, or `None` for an administrator who unlocked
//! everything.

use std::collections::HashSet;

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::StorageError;
use super::content::Content;

/// SQL for the principals an account counts as on a site.
macro_rules! principals {
    ($cloud:literal, $account:literal) => {
        concat!(
            "(SELECT type, id FROM principals WHERE account_id = ",
            $account,
            " AND cloud_id IN ('', ",
            $cloud,
            "))"
        )
    };
}

/// SQL for the ids of the spaces that an account may read.
macro_rules! readable_spaces {
    ($cloud:literal, $account:literal) => {
        concat!(
            "(SELECT space_id FROM space_grants WHERE operation = 'read' AND target = 'space'
                AND (principal_type, principal_id) IN ",
            $crate::storage::access::principals!($cloud, $account),
            ")"
        )
    };
}

/// SQL that is true for content that an account may see: its table's name, and the places of the cloud id and of
/// the account id. The account may be null, which sees everything.
macro_rules! visible {
    ($content:literal, $cloud:literal, $account:literal) => {
        concat!(
            "(",
            $account,
            " IS NULL OR (",
            $content,
            ".space_id IN ",
            $crate::storage::access::readable_spaces!($cloud, $account),
            " AND ",
            $content,
            ".id NOT IN ",
            $crate::storage::access::hidden!($cloud, $account),
            "))"
        )
    };
}

/// SQL for the ids of content that restrictions hide from an account.
macro_rules! hidden {
    ($cloud:literal, $account:literal) => {
        concat!(
            "(WITH RECURSIVE hidden (id) AS (
                    SELECT content_id FROM restrictions WHERE operation = 'read' GROUP BY content_id
                        HAVING max((principal_type, principal_id) IN ",
            $crate::storage::access::principals!($cloud, $account),
            ") = 0
                    UNION SELECT below.id FROM contents below JOIN hidden ON below.parent_id = hidden.id
                    UNION SELECT below.id FROM contents below JOIN hidden ON below.container_id = hidden.id)
                SELECT id FROM hidden)"
        )
    };
}

pub(crate) use {hidden, principals, readable_spaces, visible};

/// Appends ` AND …`: only rows of the table `contents` that the viewer sees.
pub(crate) fn push_visible(query: &mut QueryBuilder<Sqlite>, cloud_id: &str, viewer: Option<&str>) {
    if viewer.is_some() {
        query.push(" AND ");
        push_with(query, visible!("contents", "{cloud}", "{account}"), cloud_id, viewer);
    }
}

/// Appends SQL whose places `{cloud}` and `{account}` are filled in.
pub(crate) fn push_with(
    query: &mut QueryBuilder<Sqlite>,
    sql: &'static str,
    cloud_id: &str,
    viewer: Option<&str>,
) {
    for part in sql.split('{') {
        let (place, text) = part.split_once('}').unwrap_or(("", part));
        match place {
            "cloud" => drop(query.push_bind(cloud_id.to_owned())),
            "account" => drop(query.push_bind(viewer.map(str::to_owned))),
            _ => {}
        }
        query.push(text);
    }
}

/// Returns whether the viewer sees this content.
pub(crate) async fn sees(
    connection: &mut SqliteConnection,
    content: &Content,
    viewer: Option<&str>,
) -> Result<bool, StorageError> {
    if viewer.is_none() {
        return Ok(true);
    }
    if !reads_space(connection, &content.cloud_id, content.space_id, viewer).await? {
        return Ok(false);
    }
    let closed: bool = sqlx::query_scalar(concat!(
        "WITH RECURSIVE above (id, parent_id, container_id) AS (
            SELECT id, parent_id, container_id FROM contents WHERE id = ?3
            UNION SELECT contents.id, contents.parent_id, contents.container_id
                FROM above JOIN contents ON contents.id IN (above.parent_id, above.container_id))
         SELECT EXISTS (SELECT 1 FROM above JOIN restrictions ON restrictions.content_id = above.id
            WHERE restrictions.operation = 'read' GROUP BY restrictions.content_id
            HAVING max((restrictions.principal_type, restrictions.principal_id) IN ",
        principals!("?1", "?2"),
        ") = 0)"
    ))
    .bind(&content.cloud_id)
    .bind(viewer)
    .bind(content.id)
    .fetch_one(connection)
    .await?;
    Ok(!closed)
}

/// Returns the ids of all content that restrictions hide from the viewer.
pub(crate) async fn hidden_ids(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    viewer: Option<&str>,
) -> Result<HashSet<i64>, StorageError> {
    if viewer.is_none() {
        return Ok(HashSet::new());
    }
    let ids: Vec<i64> = sqlx::query_scalar(concat!("SELECT id FROM ", hidden!("?1", "?2")))
        .bind(cloud_id)
        .bind(viewer)
        .fetch_all(connection)
        .await?;
    Ok(ids.into_iter().collect())
}

/// Returns whether the viewer sees anything of a space.
pub(crate) async fn reads_space(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    space_id: i64,
    viewer: Option<&str>,
) -> Result<bool, StorageError> {
    let Some(account_id) = viewer else { return Ok(true) };
    may(connection, &Claim { cloud_id, account_id, space_id, operation: "read", target: "space" }).await
}

/// An account's wish to do something in a space.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim<'a> {
    pub(crate) cloud_id: &'a str,
    pub(crate) account_id: &'a str,
    pub(crate) space_id: i64,
    pub(crate) operation: &'a str,
    pub(crate) target: &'a str,
}

/// Returns whether the account may do this in the space.
pub(crate) async fn may(connection: &mut SqliteConnection, claim: &Claim<'_>) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar(concat!(
        "SELECT EXISTS (SELECT 1 FROM space_grants WHERE space_id = ?3 AND operation = ?4 AND target = ?5
            AND (principal_type, principal_id) IN ",
        principals!("?1", "?2"),
        ")"
    ))
    .bind(claim.cloud_id)
    .bind(claim.account_id)
    .bind(claim.space_id)
    .bind(claim.operation)
    .bind(claim.target)
    .fetch_one(connection)
    .await?)
}

/// Returns the ids of the spaces of a site that the viewer sees.
pub(crate) async fn readable(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    viewer: Option<&str>,
) -> Result<Vec<i64>, StorageError> {
    Ok(sqlx::query_scalar(concat!(
        "SELECT id FROM spaces WHERE cloud_id = ?1 AND (?2 IS NULL OR id IN ",
        readable_spaces!("?1", "?2"),
        ") ORDER BY id"
    ))
    .bind(cloud_id)
    .bind(viewer)
    .fetch_all(connection)
    .await?)
}

/// Returns whether restrictions keep the account from updating this content; only its own count.
pub(crate) async fn is_closed_to_editor(
    connection: &mut SqliteConnection,
    content: &Content,
    account_id: &str,
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar(concat!(
        "SELECT EXISTS (SELECT 1 FROM restrictions WHERE content_id = ?3 AND operation = 'update' GROUP BY content_id
            HAVING max((principal_type, principal_id) IN ",
        principals!("?1", "?2"),
        ") = 0)"
    ))
    .bind(&content.cloud_id)
    .bind(account_id)
    .bind(content.id)
    .fetch_one(connection)
    .await?)
}

/// Returns whether the account administers the site.
pub(crate) async fn is_administrator(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    account_id: &str,
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM principals WHERE account_id = ?2 AND cloud_id = ?1 AND id = 'ALL_PRODUCT_ADMINS')",
    )
    .bind(cloud_id)
    .bind(account_id)
    .fetch_one(connection)
    .await?)
}
