//! Permissions: the content and spaces that the user of a call sees, and what the user may do there. Every
//! operation asks here, so that what one refuses, all refuse.

mod guard;

use sqlx::SqliteConnection;

pub(crate) use self::guard::{enter, guard};
use crate::request::{Call, Refusal};
use crate::storage::access::{self, Claim};
use crate::storage::content::{Content, Kind};
use crate::storage::contents;
use crate::storage::spaces::{self, Space};

/// The content with this id, if it exists and the user may see it.
pub(crate) async fn find(
    call: &Call,
    connection: &mut SqliteConnection,
    id: i64,
) -> Result<Option<Content>, Refusal> {
    let Some(content) = contents::find(connection, &call.site.cloud_id, id).await? else { return Ok(None) };
    let sees =
        content.visible_to(&call.account_id) && access::sees(connection, &content, call.viewer()).await?;
    Ok(sees.then_some(content))
}

/// The space with this id, if it exists and the user may see it.
pub(crate) async fn find_space(
    call: &Call,
    connection: &mut SqliteConnection,
    id: i64,
) -> Result<Option<Space>, Refusal> {
    let found = spaces::find(connection, &call.site.cloud_id, id).await?;
    readable(call, connection, found).await
}

/// The space with this key, if it exists and the user may see it.
pub(crate) async fn find_space_by_key(
    call: &Call,
    connection: &mut SqliteConnection,
    key: &str,
) -> Result<Option<Space>, Refusal> {
    let found = spaces::find_by_key(connection, &call.site.cloud_id, key).await?;
    readable(call, connection, found).await
}

/// The spaces of the site that the user may see, oldest first.
pub(crate) async fn spaces(call: &Call, connection: &mut SqliteConnection) -> Result<Vec<Space>, Refusal> {
    let seen = access::readable(connection, &call.site.cloud_id, call.viewer()).await?;
    let mut spaces = spaces::all(connection, &call.site.cloud_id).await?;
    spaces.retain(|space| seen.binary_search(&space.id).is_ok());
    Ok(spaces)
}

/// Removes the nodes that the user does not see. They must all be in one space that the user sees.
pub(crate) async fn retain<T>(
    call: &Call,
    connection: &mut SqliteConnection,
    rows: &mut Vec<T>,
    content: impl Fn(&T) -> &Content,
) -> Result<(), Refusal> {
    let hidden = access::hidden_ids(connection, &call.site.cloud_id, call.viewer()).await?;
    rows.retain(|row| {
        let content = content(row);
        content.visible_to(&call.account_id) && !hidden.contains(&content.id)
    });
    Ok(())
}

/// Returns whether the user may do this in the space.
pub(crate) async fn may(
    call: &Call,
    connection: &mut SqliteConnection,
    space_id: i64,
    operation: &str,
    target: &str,
) -> Result<bool, Refusal> {
    let Some(account_id) = call.viewer() else { return Ok(true) };
    let claim = Claim { cloud_id: &call.site.cloud_id, account_id, space_id, operation, target };
    Ok(access::may(connection, &claim).await?)
}

/// Returns whether the user may add content of this kind to the space.
pub(crate) async fn may_create(
    call: &Call,
    connection: &mut SqliteConnection,
    space_id: i64,
    kind: Kind,
) -> Result<bool, Refusal> {
    may(call, connection, space_id, "create", target(kind)).await
}

/// Returns whether the user may change content that it sees.
pub(crate) async fn may_update(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<bool, Refusal> {
    Ok(!is_closed(call, connection, content).await?
        && may_create(call, connection, content.space_id, content.kind).await?)
}

/// Returns whether the user may delete content that it sees.
pub(crate) async fn may_delete(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<bool, Refusal> {
    if is_closed(call, connection, content).await? {
        return Ok(false);
    }
    let is_own = content.author_id == call.account_id;
    Ok(may(call, connection, content.space_id, "delete", target(content.kind)).await?
        || (is_own && may(call, connection, content.space_id, "delete", "space").await?))
}

/// Returns whether the user may say who may see and change content that it sees.
pub(crate) async fn may_restrict(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<bool, Refusal> {
    Ok(may_update(call, connection, content).await?
        && may(call, connection, content.space_id, "restrict_content", "space").await?)
}

/// Returns whether the user administers the space.
pub(crate) async fn administers(
    call: &Call,
    connection: &mut SqliteConnection,
    space_id: i64,
) -> Result<bool, Refusal> {
    may(call, connection, space_id, "administer", "space").await
}

/// Returns whether the user administers the site.
pub(crate) async fn administers_site(
    call: &Call,
    connection: &mut SqliteConnection,
) -> Result<bool, Refusal> {
    Ok(access::is_administrator(connection, &call.site.cloud_id, &call.account_id).await?)
}

async fn readable(
    call: &Call,
    connection: &mut SqliteConnection,
    space: Option<Space>,
) -> Result<Option<Space>, Refusal> {
    let Some(space) = space else { return Ok(None) };
    let sees = access::reads_space(connection, &space.cloud_id, space.id, call.viewer()).await?;
    Ok(sees.then_some(space))
}

/// Returns whether restrictions keep the user from changing content. Attachments are as restricted as the content
/// they are attached to.
async fn is_closed(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<bool, Refusal> {
    let Some(account_id) = call.viewer() else { return Ok(false) };
    if access::is_closed_to_editor(connection, content, account_id).await? {
        return Ok(true);
    }
    let Some(id) = content.container_id.filter(|_| content.kind == Kind::Attachment) else {
        return Ok(false);
    };
    match contents::find(connection, &call.site.cloud_id, id).await? {
        Some(container) => Ok(access::is_closed_to_editor(connection, &container, account_id).await?),
        None => Ok(false),
    }
}

/// Returns the name that permissions have for this kind. Custom content counts as pages.
fn target(kind: Kind) -> &'static str {
    match kind {
        Kind::Custom => "page",
        _ => kind.as_str(),
    }
}
