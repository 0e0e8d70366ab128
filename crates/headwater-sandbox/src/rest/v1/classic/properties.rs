//! The properties of content as v1 had them: by their key, with a version that the caller counts.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::super::contents::{find, read_body};
use super::super::offset::Offset;
use super::check_answered;
use crate::request::v1_error::{bad_request, conflict, not_found};
use crate::request::{Call, Refusal};
use crate::storage::content::Content;
use crate::storage::properties::{self, Change, Property};
use crate::timestamp::iso;

/// The default and the greatest number of rows of a list.
const LIMITS: (usize, usize) = (10, 200);
/// The longest key.
const KEY_LIMIT: usize = 255;

#[derive(Deserialize)]
struct Sent {
    key: Option<String>,
    value: Option<Value>,
    version: Option<SentVersion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SentVersion {
    number: i64,
    #[serde(default)]
    message: String,
    #[serde(default)]
    minor_edit: bool,
}

pub(super) async fn list(call: Call) -> Result<Response, Refusal> {
    let offset = Offset::read(&call.query, LIMITS.0, LIMITS.1)?;
    let mut tx = call.begin().await?;
    let content = answered(&call, &mut tx).await?;
    let found = properties::of_container(&mut tx, content.kind.as_str(), content.id).await?;
    let (found, has_more) = offset.cut(found);
    let rows: Vec<Value> = found.iter().map(|property| show(&call, &content, property)).collect();
    Ok(offset.reply(&call, &rows, has_more))
}

pub(super) async fn create(call: Call) -> Result<Response, Refusal> {
    let sent: Sent = read_body(&call.body)?;
    let key = match call.parameter("key") {
        "" => sent.key.clone().unwrap_or_default(),
        key => key.to_owned(),
    };
    if key.is_empty() || key.chars().count() > KEY_LIMIT {
        return Err(bad_request(&format!("A property key must have between 1 and {KEY_LIMIT} characters")));
    }
    let mut tx = call.begin().await?;
    let content = answered(&call, &mut tx).await?;
    let value = sent.value.ok_or_else(|| bad_request("The value of the property is required"))?;
    let change = change(&call, &value, None);
    let made = properties::insert(&mut tx, content.kind.as_str(), content.id, &key, &change).await?;
    let made = made.ok_or_else(|| conflict(&format!("A property with the key {key} already exists")))?;
    tx.commit().await?;
    Ok(Json(show(&call, &content, &made)).into_response())
}

pub(super) async fn read(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let content = answered(&call, &mut tx).await?;
    let property = named(&call, &mut tx, &content).await?;
    Ok(Json(show(&call, &content, &property)).into_response())
}

pub(super) async fn update(call: Call) -> Result<Response, Refusal> {
    let sent: Sent = read_body(&call.body)?;
    let mut tx = call.begin().await?;
    let content = answered(&call, &mut tx).await?;
    let version = sent.version.ok_or_else(|| bad_request("The version of the property is required"))?;
    let property = match find_named(&call, &mut tx, &content).await? {
        Some(property) => property,
        // The first version of what is not there yet creates it.
        None if version.number == 1 => {
            let value = sent.value.ok_or_else(|| bad_request("The value of the property is required"))?;
            let change = change(&call, &value, Some(&version));
            let (kind, key) = (content.kind.as_str(), call.parameter("key"));
            let made = properties::insert(&mut tx, kind, content.id, key, &change).await?;
            let made = made.ok_or_else(|| no_property(&call, &content))?;
            tx.commit().await?;
            return Ok(Json(show(&call, &content, &made)).into_response());
        }
        None => return Err(no_property(&call, &content)),
    };
    if version.number != property.version + 1 {
        return Err(conflict(&format!(
            "Version must be incremented on update. Current version is: {}",
            property.version
        )));
    }
    let value = sent.value.unwrap_or_else(|| property.value.clone());
    let change = change(&call, &value, Some(&version));
    let updated = properties::update(&mut tx, property.id, &property.key, &change).await?;
    tx.commit().await?;
    Ok(Json(show(&call, &content, &updated)).into_response())
}

pub(super) async fn remove(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let content = answered(&call, &mut tx).await?;
    let property = named(&call, &mut tx, &content).await?;
    properties::remove(&mut tx, property.id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Finds the content that the path names, on a site that still answers these operations.
async fn answered(call: &Call, connection: &mut SqliteConnection) -> Result<Content, Refusal> {
    check_answered(call, connection).await?;
    find(call, connection, call.parameter("id")).await
}

async fn named(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<Property, Refusal> {
    find_named(call, connection, content).await?.ok_or_else(|| no_property(call, content))
}

async fn find_named(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<Option<Property>, Refusal> {
    let key = call.parameter("key");
    let found = properties::of_container(connection, content.kind.as_str(), content.id).await?;
    Ok(found.into_iter().find(|property| property.key == key))
}

fn no_property(call: &Call, content: &Content) -> Refusal {
    let key = call.parameter("key");
    not_found(&format!("No property with the key {key} on content {}", content.id))
}

fn change<'a>(call: &'a Call, value: &'a Value, version: Option<&'a SentVersion>) -> Change<'a> {
    Change {
        value,
        author_id: &call.account_id,
        message: version.map_or("", |version| &version.message),
        minor_edit: version.is_some_and(|version| version.minor_edit),
        at: call.now(),
    }
}

fn show(call: &Call, content: &Content, property: &Property) -> Value {
    let path = format!("/rest/api/content/{}/property/{}", content.id, property.key);
    json!({
        "id": property.id.to_string(),
        "key": property.key,
        "value": property.value,
        "version": {
            "when": iso(property.changed_at),
            "message": property.message,
            "number": property.version,
            "minorEdit": property.minor_edit,
        },
        "_expandable": { "content": format!("/rest/api/content/{}", content.id) },
        "_links": { "self": format!("{}{path}", call.base()), "base": call.base(), "context": "/wiki" },
    })
}
