//! Templates of new pages, of one space or of the whole site. The sandbox has no blueprints.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::classic::Bodies;
use super::contents::read_body;
use super::offset::Offset;
use crate::access;
use crate::request::v1_error::{bad_request, exception, not_found};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::templates::{self, Template};

/// The operations.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.createContentTemplate" => create(call),
    "v1.updateContentTemplate" => update(call),
    "v1.getContentTemplates" => list(call),
    "v1.getBlueprintTemplates" => list_blueprints(call),
    "v1.getContentTemplate" => read(call),
    "v1.removeTemplate" => remove(call),
};

/// The body of a write.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    template_id: Option<String>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    template_type: String,
    #[serde(default)]
    body: Bodies,
    #[serde(default)]
    description: String,
    #[serde(default)]
    labels: Vec<Value>,
    space: Option<SpaceKey>,
}

#[derive(Deserialize)]
struct SpaceKey {
    key: String,
}

async fn create(call: Call) -> Result<Response, Refusal> {
    let request: Request = read_body(&call.body)?;
    let mut tx = call.begin().await?;
    let space_id = space_id(&call, &mut tx, request.space.as_ref().map(|space| space.key.as_str())).await?;
    let mut template = request.template(&call, 0, space_id)?;
    template.id = templates::save(&mut tx, &template).await?;
    let shown = show(&call, &mut tx, &template, true).await?;
    tx.commit().await?;
    Ok(Json(shown).into_response())
}

async fn update(call: Call) -> Result<Response, Refusal> {
    let request: Request = read_body(&call.body)?;
    let id = request.template_id.as_deref().unwrap_or_default();
    let mut tx = call.begin().await?;
    let number = id.parse().unwrap_or_default();
    let found = templates::find(&mut tx, &call.site.cloud_id, number).await?;
    let found = found.ok_or_else(|| not_found(&format!("No template found with id {id}")))?;
    let mut template = request.template(&call, found.id, found.space_id)?;
    if request.body.storage()?.is_none() {
        template.body = found.body;
    }
    templates::save(&mut tx, &template).await?;
    let shown = show(&call, &mut tx, &template, true).await?;
    tx.commit().await?;
    Ok(Json(shown).into_response())
}

async fn list(call: Call) -> Result<Response, Refusal> {
    let offset = Offset::read(&call.query, 25, 200)?;
    let mut tx = call.begin().await?;
    let space_id = space_id(&call, &mut tx, call.query.first("spaceKey")).await?;
    let found = templates::list(&mut tx, &call.site.cloud_id, space_id).await?;
    let (found, has_more) = offset.cut(found);
    let mut shown = Vec::new();
    for template in &found {
        shown.push(show(&call, &mut tx, template, wants_body(&call)).await?);
    }
    Ok(offset.reply(&call, &shown, has_more))
}

async fn list_blueprints(call: Call) -> Result<Response, Refusal> {
    let offset = Offset::read(&call.query, 25, 200)?;
    let mut tx = call.begin().await?;
    space_id(&call, &mut tx, call.query.first("spaceKey")).await?;
    Ok(offset.reply(&call, &[], false))
}

async fn read(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let template = find(&call, &mut tx).await?;
    Ok(Json(show(&call, &mut tx, &template, true).await?).into_response())
}

async fn remove(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let template = find(&call, &mut tx).await?;
    templates::remove(&mut tx, template.id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

impl Request {
    fn template(&self, call: &Call, id: i64, space_id: Option<i64>) -> Result<Template, Refusal> {
        if self.name.trim().is_empty() {
            return Err(bad_request("The name of a template cannot be empty"));
        }
        if !["", "page"].contains(&self.template_type.as_str()) {
            return Err(bad_request(&format!("Template type {} is not page", self.template_type)));
        }
        Ok(Template {
            id,
            cloud_id: call.site.cloud_id.clone(),
            space_id,
            name: self.name.clone(),
            kind: "page".to_owned(),
            description: self.description.clone(),
            body: self.body.storage()?.unwrap_or_default(),
            labels: json!(self.labels),
        })
    }
}

/// Finds the template of the path. For one that does not exist the vendor answers 403.
async fn find(call: &Call, connection: &mut SqliteConnection) -> Result<Template, Refusal> {
    let id = call.parameter("contentTemplateId");
    let found = templates::find(connection, &call.site.cloud_id, id.parse().unwrap_or_default()).await?;
    found.ok_or_else(|| {
        let class = "com.atlassian.confluence.api.service.exceptions.PermissionException";
        exception(StatusCode::FORBIDDEN, class, &format!("Not permitted to view the template with id {id}"))
    })
}

async fn space_id(
    call: &Call,
    connection: &mut SqliteConnection,
    key: Option<&str>,
) -> Result<Option<i64>, Refusal> {
    let Some(key) = key else { return Ok(None) };
    let space = access::find_space_by_key(call, connection, key).await?;
    let space = space.ok_or_else(|| not_found(&format!("No space with key : {key}")))?;
    Ok(Some(space.id))
}

fn wants_body(call: &Call) -> bool {
    call.query.list("expand").iter().any(|word| ["body", "body.storage"].contains(word))
}

async fn show(
    call: &Call,
    connection: &mut SqliteConnection,
    template: &Template,
    with_body: bool,
) -> Result<Value, Refusal> {
    let mut shown = json!({
        "templateId": template.id.to_string(),
        "name": template.name,
        "description": template.description,
        "labels": template.labels,
        "templateType": template.kind,
        "editorVersion": "v2",
        "_links": {
            "self": format!("{}/rest/api/template/{}", call.base(), template.id),
            "base": call.base(),
            "context": "/wiki",
        },
    });
    let Some(members) = shown.as_object_mut() else { return Ok(shown) };
    if with_body {
        let storage = json!({ "value": template.body, "representation": "storage" });
        members.insert("body".to_owned(), json!({ "storage": storage }));
    } else {
        members.insert("_expandable".to_owned(), json!({ "body": "" }));
    }
    if let Some(id) = template.space_id
        && let Some(space) = access::find_space(call, connection, id).await?
    {
        let space = json!({ "id": space.id, "key": space.key, "name": space.name, "type": space.kind });
        members.insert("space".to_owned(), space);
    }
    Ok(shown)
}
