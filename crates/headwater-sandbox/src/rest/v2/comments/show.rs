//! Comments as v2 replies show them.

use std::collections::HashMap;

use sqlx::SqliteConnection;

use super::super::documents;
use super::super::entities::{Body, Comment, Container, Resolution, WebLink};
use super::marker;
use crate::access;
use crate::links;
use crate::request::{Call, Refusal};
use crate::storage::content::Content;
use crate::storage::inline_comments::{self, InlineComment};
use crate::storage::spaces::Space;
use crate::storage::versions::Version;

/// Shows a comment, without its resolution.
pub(super) async fn comment(
    call: &Call,
    connection: &mut SqliteConnection,
    comment: &Content,
    version: &Version,
    spaces: &HashMap<i64, Space>,
    format: Option<&str>,
) -> Result<Comment, Refusal> {
    let references = documents::references(call, connection, comment, format).await?;
    let mut shown = Comment::new(comment, version, Body::of(&comment.body, format, &references)?);
    if let (Some(container), Some(space)) =
        (container(call, connection, comment).await?, spaces.get(&comment.space_id))
    {
        shown.container = Container::new(container.kind, container.id);
        let webui = format!("{}?focusedCommentId={}", links::web_path(&container, space), comment.id);
        shown.links = Some(WebLink::new(webui));
    }
    Ok(shown)
}

/// Reads how far a comment is resolved.
pub(super) async fn read_resolution(
    call: &Call,
    connection: &mut SqliteConnection,
    comment: &Content,
) -> Result<Resolution, Refusal> {
    match inline_comments::find(connection, comment.id).await? {
        Some(place) => {
            let status = resolution(call, connection, comment, &place).await?;
            Ok(Resolution::inline(status, &place))
        }
        None => Ok(Resolution::footer()),
    }
}

/// Returns the status of an inline comment. It is dangling when the text it was made on is gone.
pub(super) async fn resolution(
    call: &Call,
    connection: &mut SqliteConnection,
    comment: &Content,
    place: &InlineComment,
) -> Result<String, Refusal> {
    let container = container(call, connection, comment).await?;
    let anchored = container.is_some_and(|it| marker::is_in(&it.body, &place.marker_ref));
    let keeps = anchored || place.resolution == "resolved";
    Ok(if keeps { place.resolution.clone() } else { "dangling".to_owned() })
}

/// Returns the content that was commented on, if the user may see it.
pub(super) async fn container(
    call: &Call,
    connection: &mut SqliteConnection,
    comment: &Content,
) -> Result<Option<Content>, Refusal> {
    match comment.container_id {
        Some(id) => Ok(access::find(call, connection, id).await?),
        None => Ok(None),
    }
}
