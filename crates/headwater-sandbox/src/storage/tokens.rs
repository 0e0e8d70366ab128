//! Codes, access tokens and refresh tokens. They are stored in plain text, because an emulator protects nothing of
//! value.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::StorageError;
use super::grants::Chosen;

/// An authorization code that was not exchanged yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) grant_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) code_challenge: Option<String>,
    pub(crate) expires_at: i64,
}

/// An access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccessToken {
    pub(crate) token: String,
    pub(crate) grant_id: String,
    pub(crate) scope: String,
    /// The refresh token of its pair, if there is one.
    pub(crate) refresh_token: Option<String>,
    /// The generation of the pair.
    pub(crate) generation: i64,
    pub(crate) expires_at: i64,
}

/// A refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefreshToken {
    pub(crate) token: String,
    pub(crate) grant_id: String,
    /// The refresh token that it was exchanged for.
    pub(crate) predecessor: Option<String>,
    /// The number of exchanges between it and the consent.
    pub(crate) generation: i64,
    pub(crate) created_at: i64,
    /// The time at which it was exchanged first.
    pub(crate) rotated_at: Option<i64>,
}

/// Remembers a code.
pub(crate) async fn insert_code(connection: &mut SqliteConnection, code: &Code) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO codes (code, grant_id, redirect_uri, code_challenge, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .bind(&code.code)
    .bind(&code.grant_id)
    .bind(&code.redirect_uri)
    .bind(&code.code_challenge)
    .bind(code.expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a code out, expired or not, because it works once.
pub(crate) async fn take_code(
    connection: &mut SqliteConnection,
    code: &str,
) -> Result<Option<Code>, StorageError> {
    let row = sqlx::query("DELETE FROM codes WHERE code = ?1 RETURNING *")
        .bind(code)
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Code {
        code: row.try_get("code")?,
        grant_id: row.try_get("grant_id")?,
        redirect_uri: row.try_get("redirect_uri")?,
        code_challenge: row.try_get("code_challenge")?,
        expires_at: row.try_get("expires_at")?,
    }))
}

/// Remembers an access token.
pub(crate) async fn insert_access(
    connection: &mut SqliteConnection,
    token: &AccessToken,
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO access_tokens (token, grant_id, scope, refresh_token, generation, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(&token.token)
    .bind(&token.grant_id)
    .bind(&token.scope)
    .bind(&token.refresh_token)
    .bind(token.generation)
    .bind(token.expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The validity of an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A good token, whose grant is in force.
    Good(AccessToken),
    /// An expired token.
    Expired(AccessToken),
    /// A token whose grant was revoked.
    Revoked(AccessToken),
    /// An unknown token.
    Unknown,
}

/// Finds an access token and returns its validity.
pub(crate) async fn find_access(
    connection: &mut SqliteConnection,
    token: &str,
    now: i64,
) -> Result<Standing, StorageError> {
    let row = sqlx::query(
        "SELECT access_tokens.*, revoked_at FROM access_tokens JOIN grants USING (grant_id) WHERE token = ?1",
    )
    .bind(token)
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(Standing::Unknown) };
    let token = read_access(&row)?;
    let revoked_at: Option<i64> = row.try_get("revoked_at")?;
    Ok(match revoked_at {
        Some(_) => Standing::Revoked(token),
        None if token.expires_at <= now => Standing::Expired(token),
        None => Standing::Good(token),
    })
}

/// Expires the chosen access tokens at `now`. Returns how many they were.
pub(crate) async fn expire_access(
    connection: &mut SqliteConnection,
    chosen: &Chosen,
    now: i64,
) -> Result<u64, StorageError> {
    let done = sqlx::query(
        "UPDATE access_tokens SET expires_at = ?1 WHERE expires_at > ?1 AND grant_id IN
         (SELECT grant_id FROM grants WHERE grant_id = coalesce(?2, grant_id)
          AND account_id = coalesce(?3, account_id) AND client_id = coalesce(?4, client_id))",
    )
    .bind(now)
    .bind(&chosen.grant_id)
    .bind(&chosen.account_id)
    .bind(&chosen.client_id)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Finds the pair that a refresh token was last exchanged for.
pub(crate) async fn successor(
    connection: &mut SqliteConnection,
    token: &str,
) -> Result<Option<(AccessToken, RefreshToken)>, StorageError> {
    let row = sqlx::query("SELECT * FROM refresh_tokens WHERE predecessor = ?1 ORDER BY rowid DESC LIMIT 1")
        .bind(token)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(refresh) = row.as_ref().map(read_refresh).transpose()? else { return Ok(None) };
    let row = sqlx::query("SELECT * FROM access_tokens WHERE refresh_token = ?1 ORDER BY rowid DESC LIMIT 1")
        .bind(&refresh.token)
        .fetch_optional(connection)
        .await?;
    let access = row.as_ref().map(read_access).transpose()?;
    Ok(access.map(|access| (access, refresh)))
}

/// Expires the access token that was issued with this refresh token at `at`, unless it expires earlier.
pub(crate) async fn end_access_of(
    connection: &mut SqliteConnection,
    refresh_token: &str,
    at: i64,
) -> Result<(), StorageError> {
    sqlx::query("UPDATE access_tokens SET expires_at = min(expires_at, ?2) WHERE refresh_token = ?1")
        .bind(refresh_token)
        .bind(at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Remembers a refresh token.
pub(crate) async fn insert_refresh(
    connection: &mut SqliteConnection,
    token: &RefreshToken,
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO refresh_tokens (token, grant_id, predecessor, generation, created_at, rotated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(&token.token)
    .bind(&token.grant_id)
    .bind(&token.predecessor)
    .bind(token.generation)
    .bind(token.created_at)
    .bind(token.rotated_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Finds the refresh token, good or not.
pub(crate) async fn find_refresh(
    connection: &mut SqliteConnection,
    token: &str,
) -> Result<Option<RefreshToken>, StorageError> {
    let row = sqlx::query("SELECT * FROM refresh_tokens WHERE token = ?1")
        .bind(token)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read_refresh).transpose()
}

/// Returns whether a token that this one was exchanged for has itself been exchanged.
pub(crate) async fn has_rotated_successor(
    connection: &mut SqliteConnection,
    token: &str,
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM refresh_tokens WHERE predecessor = ?1 AND rotated_at IS NOT NULL)",
    )
    .bind(token)
    .fetch_one(connection)
    .await?)
}

/// Marks a refresh token as exchanged; only the first time is stored.
pub(crate) async fn mark_rotated(
    connection: &mut SqliteConnection,
    token: &str,
    now: i64,
) -> Result<(), StorageError> {
    sqlx::query("UPDATE refresh_tokens SET rotated_at = coalesce(rotated_at, ?2) WHERE token = ?1")
        .bind(token)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Deletes what expired before `before`: codes, access tokens, consent forms and download links.
pub(crate) async fn sweep(connection: &mut SqliteConnection, before: i64) -> Result<(), StorageError> {
    for statement in [
        "DELETE FROM codes WHERE expires_at < ?1",
        "DELETE FROM access_tokens WHERE expires_at < ?1",
        "DELETE FROM consents WHERE expires_at < ?1",
        "DELETE FROM media_links WHERE expires_at < ?1",
    ] {
        sqlx::query(statement).bind(before).execute(&mut *connection).await?;
    }
    Ok(())
}

fn read_access(row: &SqliteRow) -> Result<AccessToken, StorageError> {
    Ok(AccessToken {
        token: row.try_get("token")?,
        grant_id: row.try_get("grant_id")?,
        scope: row.try_get("scope")?,
        refresh_token: row.try_get("refresh_token")?,
        generation: row.try_get("generation")?,
        expires_at: row.try_get("expires_at")?,
    })
}

fn read_refresh(row: &SqliteRow) -> Result<RefreshToken, StorageError> {
    Ok(RefreshToken {
        token: row.try_get("token")?,
        grant_id: row.try_get("grant_id")?,
        predecessor: row.try_get("predecessor")?,
        generation: row.try_get("generation")?,
        created_at: row.try_get("created_at")?,
        rotated_at: row.try_get("rotated_at")?,
    })
}
