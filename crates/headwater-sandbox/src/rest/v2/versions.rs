//! The history of content, newest first unless asked otherwise.

use axum::response::Response;
use serde_json::{Map, Value, json};

use super::paging::{Page, Paging, Sort, down, up};
use super::parameter::{LIST_FORMATS, body_format, path_id};
use super::{documents, entity};
use crate::rest::{Call, Refusal};
use crate::storage::content::Kind;
use crate::storage::listing::{After, By, Key};
use crate::storage::versions::{self, Version};

const SORTS: &[Sort] = &[down("-modified-date", By::ModifiedAt), up("modified-date", By::ModifiedAt)];

/// The versions of content of this kind.
pub(crate) async fn list(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let paging = Paging::read(&call.query, 25, Sort::read(&call.query, SORTS, "VersionSortOrder")?)?;
    let format = body_format(&call.query, LIST_FORMATS)?;
    let mut tx = call.begin().await?;
    documents::find(&call, &mut tx, kind, id).await?;
    let history = versions::all(&mut tx, id).await?;
    let Page { rows, next } = paging.cut_all(history, place);
    let rows: Result<Vec<Value>, Refusal> = rows.iter().map(|version| show(version, kind, format)).collect();
    Ok(Page { rows: rows?, next }.reply(&call, |row| row))
}

fn place(version: &Version) -> After {
    After { id: version.number, key: Key::Number(version.created_at) }
}

fn show(version: &Version, kind: Kind, format: Option<&str>) -> Result<Value, Refusal> {
    let noun = if kind == Kind::BlogPost { "blogpost" } else { kind.as_str() };
    let mut shown = match entity::version(version) {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let then = json!({
        "id": version.content_id.to_string(),
        "title": version.title,
        "body": entity::body(&version.body, format)?,
    });
    shown.insert(noun.to_owned(), then);
    Ok(Value::Object(shown))
}
