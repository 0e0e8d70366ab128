//! How content, versions and people look in v1 replies.

use serde_json::{Value, json};
use sqlx::SqliteConnection;

use crate::rest::v2::{documents, entity, representation};
use crate::rest::{Call, Refusal};
use crate::storage::content::Content;
use crate::storage::{tree, users};
use crate::timestamp::iso;

/// The newest version of content.
pub(super) async fn newest_version(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<Value, Refusal> {
    let version = documents::newest_version(connection, content).await?;
    Ok(json!({
        "by": person(call, connection, &version.author_id).await?,
        "when": iso(version.created_at),
        "friendlyWhen": iso(version.created_at).get(..10),
        "message": version.message,
        "number": version.number,
        "minorEdit": version.minor_edit,
        "contentTypeModified": false,
        "_expandable": { "collaborators": "", "content": format!("/rest/api/content/{}", content.id) },
        "_links": { "self": format!("{}/rest/api/content/{}/version/{}", call.base(), content.id, version.number) },
    }))
}

/// A page with its space, history and version, and of the rest what `expand` names.
pub(super) async fn content(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<Value, Refusal> {
    let space = documents::find_space(call, connection, content.space_id).await?;
    let id = content.id;
    let web = entity::web_path(content, &space);
    let mut shown = json!({
        "id": id.to_string(),
        "type": content.kind.as_str(),
        "status": content.status.as_str(),
        "title": content.title,
        "space": {
            "id": space.id,
            "key": space.key,
            "name": space.name,
            "type": space.kind,
            "status": space.status,
            "_expandable": { "homepage": space.homepage_id.map(|id| format!("/rest/api/content/{id}")) },
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
            "tinyui": entity::tiny_path(id),
            "base": call.base(),
            "context": "/wiki",
        },
    });
    expand(call, connection, content, &mut shown).await?;
    Ok(shown)
}

async fn expand(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    shown: &mut Value,
) -> Result<(), Refusal> {
    let Some(members) = shown.as_object_mut() else { return Ok(()) };
    let wanted = call.query.list("expand");
    let mut body = serde_json::Map::new();
    for format in ["storage", "view", "export_view", "styled_view", "atlas_doc_format", "editor"] {
        if wanted.contains(&format!("body.{format}").as_str()) {
            let value = representation::write(&content.body, format)?;
            body.insert(format.to_owned(), json!({ "value": value, "representation": format }));
        }
    }
    if !body.is_empty() {
        members.insert("body".to_owned(), Value::Object(body));
    }
    if wanted.contains(&"ancestors") {
        let above = tree::ancestors(connection, content).await?;
        let rows: Vec<Value> = above
            .iter()
            .rev()
            .map(|it| {
                json!({
                    "id": it.id.to_string(),
                    "type": it.kind.as_str(),
                    "status": it.status.as_str(),
                    "title": it.title,
                })
            })
            .collect();
        members.insert("ancestors".to_owned(), json!(rows));
    }
    Ok(())
}

/// A person, as far as is known.
async fn person(call: &Call, connection: &mut SqliteConnection, account_id: &str) -> Result<Value, Refusal> {
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
