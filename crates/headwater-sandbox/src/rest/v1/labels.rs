//! Putting labels on content and taking them off, which v2 cannot do.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use crate::access;
use crate::request::v1_error::{bad_request, not_found};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::{Content, Status};
use crate::storage::labels::{self, Label};

/// The default number of labels in a list.
const LIMIT: usize = 200;
const PREFIXES: [&str; 4] = ["global", "my", "team", "system"];

/// The operations on the labels of content.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.addLabelsToContent" => add(call),
    "v1.removeLabelFromContentUsingQueryParameter" => remove_by_query(call),
    "v1.removeLabelFromContent" => remove_by_path(call),
};

async fn add(call: Call) -> Result<Response, Refusal> {
    let wanted = read(&call.body)?;
    let mut tx = call.begin().await?;
    let content = find(&call, &mut tx).await?;
    for (prefix, name) in &wanted {
        labels::attach(&mut tx, content.id, prefix, name, &call.account_id, call.now()).await?;
    }
    let all = labels::of_content(&mut tx, content.id).await?;
    tx.commit().await?;
    let path = format!("{}/rest/api/content/{}/label", call.base(), content.id);
    let body = list_of(&call, &path, &all);
    Ok(Json(body).into_response())
}

/// Lists labels in the form of v1.
pub(super) fn list_of(call: &Call, path: &str, labels: &[Label]) -> Value {
    let results: Vec<Value> = labels.iter().map(show).collect();
    json!({
        "results": results,
        "start": 0,
        "limit": LIMIT,
        "size": results.len(),
        "_links": { "self": path, "base": call.base(), "context": "/wiki" },
    })
}

/// Shows a label in the form of v1.
pub(super) fn show(label: &Label) -> Value {
    json!({ "prefix": label.prefix, "name": label.name, "id": label.id.to_string(), "label": label.name })
}

async fn remove_by_query(call: Call) -> Result<Response, Refusal> {
    let name = call.query.first("name").unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(bad_request("Label name is required"));
    }
    remove(&call, &name).await
}

async fn remove_by_path(call: Call) -> Result<Response, Refusal> {
    let name = call.parameter("label").to_owned();
    remove(&call, &name).await
}

async fn remove(call: &Call, name: &str) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let content = find(call, &mut tx).await?;
    if !labels::detach(&mut tx, content.id, name).await? {
        return Err(not_found(&format!(
            "Label with name '{name}' is not attached to content {}",
            content.id
        )));
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn find(call: &Call, connection: &mut SqliteConnection) -> Result<Content, Refusal> {
    let id = call.parameter("id");
    let missing = || not_found(&format!("No content found with id : ContentId{{id={id}}}"));
    let number: i64 = id.strip_prefix("att").unwrap_or(id).parse().map_err(|_| missing())?;
    let found = access::find(call, connection, number).await?;
    found
        .filter(|content| content.visible_to(&call.account_id) && content.status != Status::Trashed)
        .ok_or_else(missing)
}

/// Reads one label or a list of labels, as prefix and name.
pub(super) fn read(body: &[u8]) -> Result<Vec<(String, String)>, Refusal> {
    let sent: Value =
        serde_json::from_slice(body).map_err(|_| bad_request("Could not parse the request body"))?;
    let entries = match sent {
        Value::Array(entries) => entries,
        entry @ Value::Object(_) => vec![entry],
        _ => return Err(bad_request("The request body must be a label or a list of labels")),
    };
    entries.iter().map(read_label).collect()
}

fn read_label(entry: &Value) -> Result<(String, String), Refusal> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
    let prefix = if text("prefix").is_empty() { "global" } else { text("prefix") };
    let name = text("name");
    if !PREFIXES.contains(&prefix) {
        return Err(bad_request(&format!("Label prefix '{prefix}' is not one of global, my, team, system")));
    }
    let is_valid = |letter: char| !letter.is_whitespace() && !"!#&()*,.:;<>?@[]^\"".contains(letter);
    if name.is_empty() || name.chars().count() > 255 || !name.chars().all(is_valid) {
        return Err(bad_request(&format!(
            "Label name '{name}' is empty, too long or has characters labels cannot have"
        )));
    }
    Ok((prefix.to_owned(), name.to_owned()))
}
