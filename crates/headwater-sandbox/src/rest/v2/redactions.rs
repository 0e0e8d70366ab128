//! Redaction of parts of titles and bodies, in the newest version or an older one.

mod pointer;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use self::pointer::Pointer;
use super::documents;
use super::fields::Fields;
use super::parameter::path_id;
use crate::edition::Edition;
use crate::formats::adf;
use crate::formats::storage_format::References;
use crate::request::v2_error::{invalid_body, invalid_parameter, no_content};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::contents::{self, Edit};
use crate::storage::editions;
use crate::storage::versions::{self, Version};
use crate::timestamp;

/// The operations that redact.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "postRedactPage" => redact(call, Kind::Page),
    "postRedactBlog" => redact(call, Kind::BlogPost),
};

/// The body of a redaction request.
struct Request {
    created_at: i64,
    clean_history: bool,
    version_number: Option<i64>,
    body: Option<Vec<Pointer>>,
    title: Option<Vec<Pointer>>,
}

async fn redact(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    if id < 1 {
        return Err(invalid_parameter(format!(
            "Provided value {{{id}}} for 'id' is less than the min allowed: 1"
        )));
    }
    let request = Request::read(&Fields::read(&call.body)?)?;
    let mut tx = call.begin().await?;
    if editions::of_site(&mut tx, &call.site.cloud_id).await? < Edition::Enterprise {
        return Err(invalid_body("Redaction requires Atlassian Guard Premium"));
    }
    let content = documents::find(&call, &mut tx, kind, id).await?;
    if content.status != Status::Current {
        return Err(no_content(kind, id));
    }
    let newest = documents::newest_version(&mut tx, &content).await?;
    if newest.created_at != request.created_at {
        return Err(invalid_body(format!(
            "createdAt: is out of date, the content was last updated at {}",
            timestamp::iso(newest.created_at)
        )));
    }
    let version = match request.version_number {
        None => newest,
        Some(number) => versions::find(&mut tx, id, number)
            .await?
            .ok_or_else(|| invalid_body(format!("versionNumber: there is no version {number}")))?,
    };
    let (title, body, removed) = request.apply(&version)?;
    replace(&call, &mut tx, &content, &version, &title, &body).await?;
    if request.clean_history {
        forget(&mut tx, id, &removed).await?;
    }
    let reply = request.show(&call);
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(reply)).into_response())
}

impl Request {
    fn read(fields: &Fields) -> Result<Self, Refusal> {
        fields.require(&["createdAt"])?;
        let created_at = fields.text("createdAt")?.unwrap_or_default();
        let created_at = timestamp::parse(created_at)
            .ok_or_else(|| invalid_body(format!("createdAt: {created_at} is not a time")))?;
        let clean_history = match fields.value("cleanHistory") {
            None | Some(Value::Bool(false)) => false,
            Some(Value::Bool(true)) => true,
            Some(_) => return Err(invalid_body("cleanHistory: must be a boolean")),
        };
        Ok(Self {
            created_at,
            clean_history,
            version_number: fields.id("versionNumber")?,
            body: section(fields, "body")?,
            title: section(fields, "title")?,
        })
    }

    /// Returns the redacted title and body of a version, and the texts that were removed.
    fn apply(&self, version: &Version) -> Result<(String, String, Vec<String>), Refusal> {
        let mut removed = Vec::new();
        let mut title = json!(version.title);
        for pointer in self.title.iter().flatten() {
            removed.push(pointer.apply_to_title(&mut title)?);
        }
        let mut body = version.body.clone();
        if let Some(pointers) = &self.body {
            let mut document =
                adf::from_storage(&version.body, &References::default()).map_err(invalid_body)?;
            // All are checked against the text as it was: what is blacked out keeps its length.
            for pointer in pointers {
                removed.push(pointer.apply(&mut document)?);
            }
            body = adf::to_storage(&document).map_err(invalid_body)?;
        }
        Ok((title.as_str().unwrap_or_default().to_owned(), body, removed))
    }

    fn show(&self, call: &Call) -> Value {
        let section = |pointers: &Option<Vec<Pointer>>| {
            let pointers = pointers.as_deref().unwrap_or_default();
            json!({ "redactions": pointer::show(pointers, || call.new_uuid()) })
        };
        json!({ "body": section(&self.body), "title": section(&self.title) })
    }
}

fn section(fields: &Fields, name: &str) -> Result<Option<Vec<Pointer>>, Refusal> {
    let Some(section) = fields.object(name)? else { return Ok(None) };
    match section.value("redactions") {
        None => Ok(None),
        Some(Value::Array(entries)) => entries.iter().map(Pointer::read).collect::<Result<_, _>>().map(Some),
        Some(_) => Err(invalid_body(format!("{name}.redactions: must be a list"))),
    }
}

/// Stores the redacted version. The newest version is followed by a new one; an older one is changed in place.
async fn replace(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    version: &Version,
    title: &str,
    body: &str,
) -> Result<(), Refusal> {
    if version.number < content.version {
        versions::rewrite(connection, content.id, version.number, title, body).await?;
        return Ok(());
    }
    let edit =
        Edit { title, body, author_id: &call.account_id, message: "", minor_edit: true, at: call.now() };
    contents::edit(connection, content.id, &edit).await?;
    Ok(())
}

/// Deletes the older versions in which any of the removed texts can still be read.
async fn forget(connection: &mut SqliteConnection, id: i64, removed: &[String]) -> Result<(), Refusal> {
    let history = versions::all(connection, id).await?;
    for version in history.iter().skip(1) {
        let readable = crate::formats::storage_format::plain_text(&version.body);
        let holds = |text: &String| readable.contains(text.trim()) || version.title.contains(text.trim());
        if removed.iter().any(|text| !text.trim().is_empty() && holds(text)) {
            versions::remove(connection, id, version.number).await?;
        }
    }
    Ok(())
}
