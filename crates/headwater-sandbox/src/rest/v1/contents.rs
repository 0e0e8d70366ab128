//! Helpers of the operations on content of any kind: finding it, and reading bodies.

use serde::de::DeserializeOwned;
use sqlx::SqliteConnection;

use crate::access;
use crate::request::v1_error::{bad_request, not_found};
use crate::request::{Call, Refusal};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::contents;

/// The content with this id that the user may see, or the 404 that names it.
pub(super) async fn find(
    call: &Call,
    connection: &mut SqliteConnection,
    id: &str,
) -> Result<Content, Refusal> {
    let missing = || not_found(&format!("No content found with id : ContentId{{id={id}}}"));
    let number: i64 = id.strip_prefix("att").unwrap_or(id).parse().map_err(|_| missing())?;
    let found = access::find(call, connection, number).await?;
    found.filter(|content| content.visible_to(&call.account_id)).ok_or_else(missing)
}

/// The node of the tree with this id, if it is current.
pub(super) async fn find_node(
    call: &Call,
    connection: &mut SqliteConnection,
    id: &str,
) -> Result<Content, Refusal> {
    let content = find(call, connection, id).await?;
    if content.kind.is_in_tree() && content.status == Status::Current {
        return Ok(content);
    }
    Err(not_found(&format!("No content found with id : ContentId{{id={id}}}")))
}

/// The current page with this id.
pub(super) async fn find_page(
    call: &Call,
    connection: &mut SqliteConnection,
    id: &str,
) -> Result<Content, Refusal> {
    let content = find_node(call, connection, id).await?;
    if content.kind == Kind::Page {
        return Ok(content);
    }
    Err(not_found(&format!("No content found with id : ContentId{{id={id}}}")))
}

/// Refuses a title that another page of the space holds.
pub(super) async fn check_title_is_free(
    connection: &mut SqliteConnection,
    space_id: i64,
    title: &str,
) -> Result<(), Refusal> {
    match contents::find_page_by_title(connection, space_id, title).await? {
        None => Ok(()),
        Some(_) => Err(bad_request(
            "A page with this title already exists: A page already exists with the same TITLE in this space",
        )),
    }
}

/// Reads a JSON body.
pub(super) fn read_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| bad_request(&format!("Could not parse the request body: {error}")))
}
