//! The parts of content that v1 shows only when `expand` names them.

use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use super::{labels, show};
use crate::request::{Call, Refusal};
use crate::rest::v2::{documents, representation};
use crate::storage::content::Content;
use crate::storage::{labels as stored, tree, versions};

/// The formats that a body can be expanded in.
const FORMATS: [&str; 7] =
    ["storage", "view", "export_view", "styled_view", "atlas_doc_format", "editor", "anonymous_export_view"];

/// Adds what was asked for.
pub(super) async fn add(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    shown: &mut Value,
) -> Result<(), Refusal> {
    for format in FORMATS {
        if asks(call, &format!("body.{format}")) {
            add_body(call, connection, content, format, shown).await?;
        }
    }
    if asks(call, "ancestors") {
        put(shown, "ancestors", ancestors(connection, content).await?);
    }
    if asks(call, "metadata.labels") {
        let rows: Vec<Value> =
            stored::of_content(connection, content.id).await?.iter().map(labels::show).collect();
        let list = json!({ "results": rows, "start": 0, "limit": 200, "size": rows.len() });
        put(member(shown, "metadata"), "labels", list);
    }
    if asks(call, "history.lastUpdated")
        && let Some(latest) = versions::find(connection, content.id, content.version).await?
    {
        let latest = show::version(call, connection, &latest).await?;
        put(member(shown, "history"), "lastUpdated", latest);
    }
    Ok(())
}

/// Adds the body in one format.
pub(super) async fn add_body(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    format: &str,
    shown: &mut Value,
) -> Result<(), Refusal> {
    let references = documents::references(call, connection, content, Some(format)).await?;
    let value = representation::write(&content.body, format, &references)?;
    put(member(shown, "body"), format, json!({ "value": value, "representation": format }));
    Ok(())
}

/// Returns whether `expand` names a part, or something inside it.
fn asks(call: &Call, part: &str) -> bool {
    let names =
        |wish: &&str| wish.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    call.query.list("expand").iter().any(names)
}

async fn ancestors(connection: &mut SqliteConnection, content: &Content) -> Result<Value, Refusal> {
    let above = tree::ancestors(connection, content).await?;
    let row = |node: &Content| {
        json!({
            "id": node.id.to_string(),
            "type": node.kind.as_str(),
            "status": node.status.as_str(),
            "title": node.title,
        })
    };
    Ok(above.iter().rev().map(row).collect())
}

/// Returns the object that is a member of another; adds an empty one when there was none.
fn member<'a>(shown: &'a mut Value, name: &str) -> &'a mut Value {
    if !shown.get(name).is_some_and(Value::is_object) {
        put(shown, name, Value::Object(Map::new()));
    }
    &mut shown[name]
}

fn put(shown: &mut Value, name: &str, value: Value) {
    if let Some(members) = shown.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
