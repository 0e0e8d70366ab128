//! The permission check in front of every operation that changes what its path names. Things that the user does not
//! see are left to the operations, which know how to answer that they do not exist.

use http::Method;
use sqlx::SqliteConnection;

use super::{administers, find, find_space, find_space_by_key, may_delete, may_restrict, may_update};
use crate::request::v1_error::forbidden;
use crate::request::v2_error::{no_content, not_found};
use crate::request::{Call, Refusal};
use crate::storage::content::Content;
use crate::storage::{access, admin_keys};

/// The header with which an administrator who has an admin key sees and does everything.
const ADMIN_KEY: &str = "atl-confluence-with-admin-key";

/// The collections of v2 whose members are content.
const COLLECTIONS: [&str; 11] = [
    "pages",
    "blogposts",
    "custom-content",
    "whiteboards",
    "databases",
    "folders",
    "embeds",
    "attachments",
    "footer-comments",
    "inline-comments",
    "comments",
];

/// The effect of an operation on the content or space that its path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Update,
    Delete,
    /// Deletes trashed content for good.
    Purge,
    Restrict,
    Administer,
}

/// Notes in the call whether the user has unlocked everything.
pub(crate) async fn enter(call: &mut Call) -> Result<(), Refusal> {
    let header = call.headers.get(ADMIN_KEY).and_then(|value| value.to_str().ok());
    if header.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        let mut tx = call.begin().await?;
        let (cloud_id, account_id) = (&call.site.cloud_id, &call.account_id);
        let key = admin_keys::find(&mut tx, cloud_id, account_id, call.now()).await?;
        let unlocked = key.is_some() && access::is_administrator(&mut tx, cloud_id, account_id).await?;
        drop(tx);
        call.unlocked = unlocked;
    }
    Ok(())
}

/// Refuses an operation on something that the user may see but not change.
pub(crate) async fn guard(call: &Call, method: &Method, pattern: &'static str) -> Result<(), Refusal> {
    let Some(act) = act(call, method, pattern) else { return Ok(()) };
    let mut tx = call.begin().await?;
    let is_allowed = match act {
        Act::Administer => administers_named(call, &mut tx).await?,
        act => {
            // Hidden or missing: the operation answers 404 in its own words.
            let Some(content) = named(call, &mut tx).await? else { return Ok(()) };
            if allows(call, &mut tx, act, &content).await? {
                return Ok(());
            }
            return Err(refuse_content(pattern, act, &content));
        }
    };
    if is_allowed { Ok(()) } else { Err(refuse_space(call, pattern)) }
}

/// Returns the effect of an operation; `None` when seeing is enough for it.
fn act(call: &Call, method: &Method, pattern: &str) -> Option<Act> {
    if !matches!(*method, Method::POST | Method::PUT | Method::DELETE) {
        return None;
    }
    let mut segments = pattern.split('/').skip(3);
    let (collection, name) = (segments.next()?, segments.next()?);
    let rest: Vec<&str> = segments.collect();
    // Only a path with an id names something; lists and creations are checked by their operations.
    let is_v2 = pattern.starts_with("/api/v2/");
    let is_named = name.starts_with('{');
    match (collection, rest.first().copied()) {
        _ if !is_named => None,
        ("spaces" | "space", _) => Some(Act::Administer),
        ("content", Some("permission" | "copy" | "pagehierarchy")) => None,
        ("content", Some("restriction")) => Some(Act::Restrict),
        ("content", Some("pageTree")) => Some(Act::Delete),
        ("content", None) if *method == Method::DELETE => Some(Act::Delete),
        ("content", _) => Some(Act::Update),
        (collection, None) if is_v2 && COLLECTIONS.contains(&collection) && *method == Method::DELETE => {
            let purges = call.query.first("purge").is_some_and(|value| value.eq_ignore_ascii_case("true"));
            Some(if purges { Act::Purge } else { Act::Delete })
        }
        (collection, _) if is_v2 && COLLECTIONS.contains(&collection) => Some(Act::Update),
        _ => None,
    }
}

async fn named(call: &Call, connection: &mut SqliteConnection) -> Result<Option<Content>, Refusal> {
    let (_, text) = call.first_parameter();
    match text.strip_prefix("att").unwrap_or(text).parse() {
        Ok(id) => find(call, connection, id).await,
        Err(_) => Ok(None),
    }
}

async fn allows(
    call: &Call,
    connection: &mut SqliteConnection,
    act: Act,
    content: &Content,
) -> Result<bool, Refusal> {
    match act {
        Act::Update => may_update(call, connection, content).await,
        Act::Delete => may_delete(call, connection, content).await,
        Act::Restrict => may_restrict(call, connection, content).await,
        Act::Purge | Act::Administer => administers(call, connection, content.space_id).await,
    }
}

/// Returns whether the user administers the space of the path. True also for spaces that the user does not see,
/// which the operation refuses itself.
async fn administers_named(call: &Call, connection: &mut SqliteConnection) -> Result<bool, Refusal> {
    let (name, text) = call.first_parameter();
    let space = match (name, text.parse()) {
        ("spaceKey", _) => find_space_by_key(call, connection, text).await?,
        (_, Ok(id)) => find_space(call, connection, id).await?,
        (_, Err(_)) => None,
    };
    match space {
        Some(space) => administers(call, connection, space.id).await,
        None => Ok(true),
    }
}

fn refuse_content(pattern: &str, act: Act, content: &Content) -> Refusal {
    if pattern.starts_with("/api/v2/") {
        return no_content(content.kind, content.id);
    }
    let verb = match act {
        Act::Delete | Act::Purge => "delete",
        Act::Restrict => "change the restrictions of",
        Act::Update | Act::Administer => "update",
    };
    forbidden(&format!("Could not {verb} content with id: {}, the user does not have permission", content.id))
}

fn refuse_space(call: &Call, pattern: &str) -> Refusal {
    let (_, text) = call.first_parameter();
    if pattern.starts_with("/api/v2/") {
        return not_found(format!("Cannot find a space with id [{text}]"));
    }
    forbidden(&format!("The user does not have permission to administer the space: {text}"))
}
