//! Grants of users to apps. One grant is one consent; its refresh tokens are one family.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::StorageError;
use super::sites::Site;

/// The grant that one user gave one app in one consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) grant_id: String,
    pub(crate) client_id: String,
    pub(crate) account_id: String,
    /// Separated by spaces.
    pub(crate) scope: String,
    pub(crate) created_at: i64,
    pub(crate) revoked_at: Option<i64>,
}

/// A choice of grants. A member that is not given fits every grant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) grant_id: Option<String>,
    pub(crate) account_id: Option<String>,
    pub(crate) client_id: Option<String>,
}

/// Records a consent for these sites. Its scopes become those of every other grant of this user to this app.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    grant: &Grant,
    cloud_ids: &[String],
) -> Result<(), StorageError> {
    sqlx::query("UPDATE grants SET scope = ?3 WHERE client_id = ?1 AND account_id = ?2")
        .bind(&grant.client_id)
        .bind(&grant.account_id)
        .bind(&grant.scope)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO grants (grant_id, client_id, account_id, scope, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .bind(&grant.grant_id)
    .bind(&grant.client_id)
    .bind(&grant.account_id)
    .bind(&grant.scope)
    .bind(grant.created_at)
    .execute(&mut *connection)
    .await?;
    for cloud_id in cloud_ids {
        sqlx::query("INSERT OR IGNORE INTO grant_sites (grant_id, cloud_id) VALUES (?1, ?2)")
            .bind(&grant.grant_id)
            .bind(cloud_id)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Finds the grant with this id.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    grant_id: &str,
) -> Result<Option<Grant>, StorageError> {
    let row = sqlx::query("SELECT * FROM grants WHERE grant_id = ?1")
        .bind(grant_id)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Lists the sites a grant covers.
pub(crate) async fn sites(
    connection: &mut SqliteConnection,
    grant_id: &str,
) -> Result<Vec<Site>, StorageError> {
    let cloud_ids: Vec<String> = sqlx::query_scalar("SELECT cloud_id FROM grant_sites WHERE grant_id = ?1")
        .bind(grant_id)
        .fetch_all(&mut *connection)
        .await?;
    let mut sites = super::sites::all(connection).await?;
    sites.retain(|site| cloud_ids.contains(&site.cloud_id));
    Ok(sites)
}

/// Revokes the chosen grants, as a user does in the list of connected apps. Returns those that were in force until
/// now.
pub(crate) async fn revoke(
    connection: &mut SqliteConnection,
    chosen: &Chosen,
    now: i64,
) -> Result<Vec<Grant>, StorageError> {
    let rows = sqlx::query(
        "UPDATE grants SET revoked_at = ?1 WHERE revoked_at IS NULL AND grant_id = coalesce(?2, grant_id)
         AND account_id = coalesce(?3, account_id) AND client_id = coalesce(?4, client_id) RETURNING *",
    )
    .bind(now)
    .bind(&chosen.grant_id)
    .bind(&chosen.account_id)
    .bind(&chosen.client_id)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<Grant, StorageError> {
    Ok(Grant {
        grant_id: row.try_get("grant_id")?,
        client_id: row.try_get("client_id")?,
        account_id: row.try_get("account_id")?,
        scope: row.try_get("scope")?,
        created_at: row.try_get("created_at")?,
        revoked_at: row.try_get("revoked_at")?,
    })
}
