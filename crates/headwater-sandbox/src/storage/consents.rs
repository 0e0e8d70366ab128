//! Consent forms that were shown and not answered yet.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::StorageError;

/// The request of an app for a consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Consent {
    pub(crate) consent_id: String,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    /// Separated by spaces.
    pub(crate) scope: String,
    pub(crate) state: Option<String>,
    /// S256.
    pub(crate) code_challenge: Option<String>,
    pub(crate) expires_at: i64,
}

/// Remembers a form.
pub(crate) async fn insert(connection: &mut SqliteConnection, consent: &Consent) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO consents (consent_id, client_id, redirect_uri, scope, state, code_challenge, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(&consent.consent_id)
    .bind(&consent.client_id)
    .bind(&consent.redirect_uri)
    .bind(&consent.scope)
    .bind(&consent.state)
    .bind(&consent.code_challenge)
    .bind(consent.expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a form out. It can be answered once, and not after it has expired.
pub(crate) async fn take(
    connection: &mut SqliteConnection,
    consent_id: &str,
    now: i64,
) -> Result<Option<Consent>, StorageError> {
    let row = sqlx::query("DELETE FROM consents WHERE consent_id = ?1 AND expires_at > ?2 RETURNING *")
        .bind(consent_id)
        .bind(now)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &SqliteRow) -> Result<Consent, StorageError> {
    Ok(Consent {
        consent_id: row.try_get("consent_id")?,
        client_id: row.try_get("client_id")?,
        redirect_uri: row.try_get("redirect_uri")?,
        scope: row.try_get("scope")?,
        state: row.try_get("state")?,
        code_challenge: row.try_get("code_challenge")?,
        expires_at: row.try_get("expires_at")?,
    })
}
