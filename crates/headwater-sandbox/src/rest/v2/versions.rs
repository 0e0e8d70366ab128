//! The history of content, newest first unless asked otherwise, and the details of one version.

use axum::response::Response;
use http::Method;
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use super::custom_content::{body, stored_format};
use super::paging::{Page, Paging, Sort, down, single, up};
use super::parameter::{LIST_FORMATS, body_format};
use super::{attachments, documents, entity};
use crate::formats::storage_format::References;
use crate::request::v2_error::{no_content, not_found, wrong_type};
use crate::request::{Call, Refusal};
use crate::rest::{Route, Scopes};
use crate::storage::content::{Content, Kind};
use crate::storage::listing::{After, By, Key};
use crate::storage::versions::{self, Version};
use crate::timestamp::iso;

const SORTS: &[Sort] = &[down("-modified-date", By::ModifiedAt), up("modified-date", By::ModifiedAt)];

/// Whose history, and the parameter of the path that names it.
#[derive(Clone, Copy, Debug)]
struct Subject {
    kind: Kind,
    /// Comments: `footer` or `inline`.
    subtype: Option<&'static str>,
    parameter: &'static str,
}

/// The operations on versions.
pub(super) fn routes() -> Vec<Route> {
    const PAGE: Scopes = &[&["read:page:confluence"]];
    const COMMENT: Scopes = &[&["read:comment:confluence"]];
    const ATTACHMENT: Scopes = &[&["read:attachment:confluence"]];
    const CUSTOM: Scopes = &[&["read:custom-content:confluence"]];
    let of = |kind, subtype, parameter| Subject { kind, subtype, parameter };
    let get =
        |pattern, scopes, subject| Route::new(Method::GET, pattern, scopes, move |call| list(call, subject));
    let get_one = |pattern, scopes, subject| {
        Route::new(Method::GET, pattern, scopes, move |call| details(call, subject))
    };
    vec![
        get("/api/v2/pages/{id}/versions", PAGE, of(Kind::Page, None, "id")),
        get("/api/v2/blogposts/{id}/versions", PAGE, of(Kind::BlogPost, None, "id")),
        get("/api/v2/attachments/{id}/versions", ATTACHMENT, of(Kind::Attachment, None, "id")),
        get(
            "/api/v2/custom-content/{custom-content-id}/versions",
            CUSTOM,
            of(Kind::Custom, None, "custom-content-id"),
        ),
        get("/api/v2/footer-comments/{id}/versions", COMMENT, of(Kind::Comment, Some("footer"), "id")),
        get("/api/v2/inline-comments/{id}/versions", COMMENT, of(Kind::Comment, Some("inline"), "id")),
        get_one("/api/v2/pages/{page-id}/versions/{version-number}", PAGE, of(Kind::Page, None, "page-id")),
        get_one(
            "/api/v2/blogposts/{blogpost-id}/versions/{version-number}",
            PAGE,
            of(Kind::BlogPost, None, "blogpost-id"),
        ),
        get_one(
            "/api/v2/attachments/{attachment-id}/versions/{version-number}",
            ATTACHMENT,
            of(Kind::Attachment, None, "attachment-id"),
        ),
        get_one(
            "/api/v2/custom-content/{custom-content-id}/versions/{version-number}",
            CUSTOM,
            of(Kind::Custom, None, "custom-content-id"),
        ),
        get_one(
            "/api/v2/footer-comments/{id}/versions/{version-number}",
            COMMENT,
            of(Kind::Comment, Some("footer"), "id"),
        ),
        get_one(
            "/api/v2/inline-comments/{id}/versions/{version-number}",
            COMMENT,
            of(Kind::Comment, Some("inline"), "id"),
        ),
    ]
}

impl Subject {
    async fn find(self, call: &Call, connection: &mut SqliteConnection) -> Result<Content, Refusal> {
        let text = call.parameter(self.parameter);
        let id = match self.kind {
            Kind::Attachment => attachments::read_id(self.parameter, text)?,
            _ => text.parse().map_err(|_| wrong_type(self.parameter, text, "long"))?,
        };
        let content = documents::find(call, connection, self.kind, id).await?;
        if self.subtype.is_some() && content.subtype.as_deref() != self.subtype {
            return Err(no_content(self.kind, id));
        }
        Ok(content)
    }

    fn format(self, call: &Call) -> Result<Option<&str>, Refusal> {
        match self.kind {
            Kind::Attachment => Ok(None),
            Kind::Custom => body::wanted(&call.query, body::LIST_FORMATS),
            _ => body_format(&call.query, LIST_FORMATS),
        }
    }

    /// What the versioned content is called inside a version.
    fn noun(self) -> &'static str {
        self.kind.as_str()
    }
}

async fn list(call: Call, subject: Subject) -> Result<Response, Refusal> {
    let paging = Paging::read(&call.query, 25, Sort::read(&call.query, SORTS, "VersionSortOrder")?)?;
    let format = subject.format(&call)?;
    let mut tx = call.begin().await?;
    let content = subject.find(&call, &mut tx).await?;
    let history = versions::all(&mut tx, content.id).await?;
    let stored = stored_format(&mut tx, content.id).await?;
    drop(tx);
    let Page { rows, next } = paging.cut_all(history, place);
    let rows: Result<Vec<Value>, Refusal> =
        rows.iter().map(|version| show(version, subject, stored, format)).collect();
    Ok(Page { rows: rows?, next }.reply(&call, |row| row))
}

async fn details(call: Call, subject: Subject) -> Result<Response, Refusal> {
    let text = call.parameter("version-number");
    let number: i64 = text.parse().map_err(|_| wrong_type("version-number", text, "int"))?;
    let mut tx = call.begin().await?;
    let content = subject.find(&call, &mut tx).await?;
    let version = versions::find(&mut tx, content.id, number).await?;
    drop(tx);
    let version = version.ok_or_else(|| {
        not_found(format!("Cannot find version [{number}] of content with id [{}]", content.id))
    })?;
    let mut shown = json!({
        "number": version.number,
        "authorId": version.author_id,
        "message": version.message,
        "createdAt": iso(version.created_at),
        "minorEdit": version.minor_edit,
        "contentTypeModified": false,
        "collaborators": [version.author_id],
    });
    if let Some(members) = shown.as_object_mut() {
        if number > 1 {
            members.insert("prevVersion".to_owned(), json!(number - 1));
        }
        if number < content.version {
            members.insert("nextVersion".to_owned(), json!(number + 1));
        }
    }
    Ok(single(&call, shown))
}

fn place(version: &Version) -> After {
    After { id: version.number, key: Key::Number(version.created_at) }
}

fn show(version: &Version, subject: Subject, stored: &str, format: Option<&str>) -> Result<Value, Refusal> {
    let mut shown = match entity::version(version) {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let id = match subject.kind {
        Kind::Attachment => attachments::public_id(version.content_id),
        _ => version.content_id.to_string(),
    };
    let then = json!({ "id": id, "title": version.title, "body": body::show(&version.body, stored, format, &References::default())? });
    shown.insert(subject.noun().to_owned(), then);
    Ok(Value::Object(shown))
}
