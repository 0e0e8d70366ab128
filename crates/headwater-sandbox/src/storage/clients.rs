//! The apps that may ask for consent.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::StorageError;
use crate::options::Client;

/// Adds an app, or replaces the one with this client id.
pub(crate) async fn insert(connection: &mut SqliteConnection, client: &Client) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT OR REPLACE INTO clients (client_id, client_secret, name, redirect_uris, scopes)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .bind(&client.client_id)
    .bind(&client.client_secret)
    .bind(&client.name)
    .bind(sqlx::types::Json(&client.redirect_uris))
    .bind(sqlx::types::Json(&client.scopes))
    .execute(connection)
    .await?;
    Ok(())
}

/// Finds the app with this client id.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    client_id: &str,
) -> Result<Option<Client>, StorageError> {
    let row = sqlx::query("SELECT * FROM clients WHERE client_id = ?1")
        .bind(client_id)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &SqliteRow) -> Result<Client, StorageError> {
    let redirect_uris: sqlx::types::Json<Vec<String>> = row.try_get("redirect_uris")?;
    let scopes: sqlx::types::Json<Vec<String>> = row.try_get("scopes")?;
    Ok(Client {
        client_id: row.try_get("client_id")?,
        client_secret: row.try_get("client_secret")?,
        redirect_uris: redirect_uris.0,
        name: row.try_get("name")?,
        scopes: scopes.0,
    })
}
