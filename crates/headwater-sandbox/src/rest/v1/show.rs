//! Content, versions and people as v1 replies show them.

use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::expand;
use crate::access;
use crate::links;
use crate::request::{Call, Refusal};
use crate::rest::v2::documents;
use crate::storage::content::{Content, Kind};
use crate::storage::versions::Version;
use crate::storage::{attachments, users};
use crate::timestamp::iso;

/// Finds the newest version of content.
pub(super) async fn newest_version(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<Value, Refusal> {
    let version = documents::newest_version(connection, content).await?;
    self::version(call, connection, &version).await
}

/// Shows a version.
pub(super) async fn version(
    call: &Call,
    connection: &mut SqliteConnection,
    version: &Version,
) -> Result<Value, Refusal> {
    let Version { content_id, number, .. } = version;
    Ok(json!({
        "by": person(call, connection, &version.author_id).await?,
        "when": iso(version.created_at),
        "friendlyWhen": iso(version.created_at).get(..10),
        "message": version.message,
        "number": number,
        "minorEdit": version.minor_edit,
        "contentTypeModified": false,
        "_expandable": { "collaborators": "", "content": format!("/rest/api/content/{content_id}") },
        "_links": { "self": format!("{}/rest/api/content/{content_id}/version/{number}", call.base()) },
    }))
}

/// Shows content with its space, history and version, and the other parts that `expand` names.
pub(super) async fn content(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<Value, Refusal> {
    let space = documents::find_space(call, connection, content.space_id).await?;
    let id = public_id(content);
    let web = links::web_path(content, &space);
    let mut shown = json!({
        "id": id,
        "type": content.subtype.as_deref().filter(|_| content.kind == Kind::Custom)
            .unwrap_or(content.kind.as_str()),
        "status": content.status.as_str(),
        "title": content.title,
        "space": {
            "id": space.id,
            "key": space.key,
            "name": space.name,
            "type": space.kind,
            "status": space.status,
            "_expandable": { "homepage": space.homepage_id.map_or_else(String::new, |id| format!("/rest/api/content/{id}")) },
            "_links": {
                "webui": format!("/spaces/{}", space.key),
                "self": format!("{}/rest/api/space/{}", call.base(), space.key),
            },
        },
        "history": {
            "latest": true,
            "createdBy": person(call, connection, &content.author_id).await?,
            "createdDate": iso(content.created_at),
            "_expandable": { "lastUpdated": "", "previousVersion": "", "contributors": "", "nextVersion": "" },
            "_links": { "self": format!("{}/rest/api/content/{id}/history", call.base()) },
        },
        "version": newest_version(call, connection, content).await?,
        "macroRenderedOutput": {},
        "extensions": { "position": content.position },
        "_expandable": {
            "container": format!("/rest/api/space/{}", space.key), "metadata": "", "operations": "",
            "children": format!("/rest/api/content/{id}/child"), "restrictions": "", "ancestors": "", "body": "",
            "descendants": format!("/rest/api/content/{id}/descendant"),
        },
        "_links": {
            "self": format!("{}/rest/api/content/{id}", call.base()),
            "webui": web,
            "editui": format!("/pages/resumedraft.action?draftId={id}"),
            "tinyui": links::tiny_path(content.id),
            "base": call.base(),
            "context": "/wiki",
        },
    });
    add_special(call, connection, content, &mut shown).await?;
    expand::add(call, connection, content, &mut shown).await?;
    Ok(shown)
}

/// Returns the id as clients see it.
fn public_id(content: &Content) -> String {
    match content.kind {
        Kind::Attachment => format!("att{}", content.id),
        _ => content.id.to_string(),
    }
}

/// Adds the members that only comments and attachments have.
async fn add_special(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    shown: &mut Value,
) -> Result<(), Refusal> {
    let Some(members) = shown.as_object_mut() else { return Ok(()) };
    if content.kind == Kind::Comment {
        members.insert("extensions".to_owned(), json!({ "location": content.subtype }));
    }
    if let Some(id) = content.container_id
        && let Some(container) = access::find(call, connection, id).await?
    {
        let shown = json!({
            "id": public_id(&container),
            "type": container.kind.as_str(),
            "status": container.status.as_str(),
            "title": container.title,
        });
        members.insert("container".to_owned(), shown);
        if content.kind == Kind::Comment
            && let Some(links) = members.get_mut("_links").and_then(Value::as_object_mut)
        {
            let space = documents::find_space(call, connection, container.space_id).await?;
            let web = format!("{}?focusedCommentId={}", links::web_path(&container, &space), content.id);
            links.insert("webui".to_owned(), json!(web));
        }
    }
    if let Some(file) = attachments::find(connection, content.id).await? {
        let extensions = json!({
            "mediaType": file.media_type,
            "fileSize": file.file_size,
            "comment": file.comment,
            "fileId": file.file_id,
            "collectionName": format!("contentId-{}", file.container_id),
        });
        members.insert("extensions".to_owned(), extensions);
        let metadata = json!({ "mediaType": file.media_type, "comment": file.comment });
        members.insert("metadata".to_owned(), metadata);
        let path = format!("/download/attachments/{}/{}", file.container_id, url_name(&content.title));
        if let Some(links) = members.get_mut("_links").and_then(Value::as_object_mut) {
            links.insert("download".to_owned(), json!(format!("{path}?version={}", content.version)));
        }
    }
    Ok(())
}

fn url_name(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Shows a person; an unknown account has no name.
pub(super) async fn person(
    call: &Call,
    connection: &mut SqliteConnection,
    account_id: &str,
) -> Result<Value, Refusal> {
    let user = users::find(connection, account_id).await?;
    let name = user.as_ref().map_or("Former user", |user| user.display_name.as_str());
    Ok(json!({
        "type": if user.is_some() { "known" } else { "unknown" },
        "accountId": account_id,
        "accountType": "atlassian",
        "email": "",
        "publicName": name,
        "displayName": name,
        "profilePicture": { "path": "/wiki/aa-avatar/default", "width": 48, "height": 48, "isDefault": true },
        "isExternalCollaborator": false,
        "_expandable": { "operations": "", "personalSpace": "" },
        "_links": { "self": format!("{}/rest/api/user?accountId={account_id}", call.base()) },
    }))
}
