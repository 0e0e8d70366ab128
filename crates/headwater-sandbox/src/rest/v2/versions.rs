//! The history of content, newest first unless asked otherwise, and the details of one version.

use std::collections::BTreeMap;

use axum::response::Response;
use sqlx::SqliteConnection;

use super::custom_content::{body, stored_format};
use super::entities::{VersionDetails, VersionOf, VersionedContent};
use super::paging::{Page, Paging, Sort, down, single, up};
use super::parameter::{LIST_FORMATS, body_format};
use super::{attachments, documents};
use crate::formats::storage_format::References;
use crate::request::v2_error::{no_content, not_found, wrong_type};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::{Content, Kind};
use crate::storage::listing::{After, By, Key};
use crate::storage::versions::{self, Version};

const SORTS: &[Sort] = &[down("-modified-date", By::ModifiedAt), up("modified-date", By::ModifiedAt)];

/// A kind of content that has a history.
#[derive(Clone, Copy, Debug)]
struct Subject {
    kind: Kind,
    /// Comments: `footer` or `inline`.
    subtype: Option<&'static str>,
}

const PAGE: Subject = Subject { kind: Kind::Page, subtype: None };
const BLOG_POST: Subject = Subject { kind: Kind::BlogPost, subtype: None };
const ATTACHMENT: Subject = Subject { kind: Kind::Attachment, subtype: None };
const CUSTOM: Subject = Subject { kind: Kind::Custom, subtype: None };
const FOOTER_COMMENT: Subject = Subject { kind: Kind::Comment, subtype: Some("footer") };
const INLINE_COMMENT: Subject = Subject { kind: Kind::Comment, subtype: Some("inline") };

/// The operations on versions.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getPageVersions" => list(call, PAGE),
    "getPageVersionDetails" => details(call, PAGE),
    "getBlogPostVersions" => list(call, BLOG_POST),
    "getBlogPostVersionDetails" => details(call, BLOG_POST),
    "getAttachmentVersions" => list(call, ATTACHMENT),
    "getAttachmentVersionDetails" => details(call, ATTACHMENT),
    "getCustomContentVersions" => list(call, CUSTOM),
    "getCustomContentVersionDetails" => details(call, CUSTOM),
    "getFooterCommentVersions" => list(call, FOOTER_COMMENT),
    "getFooterCommentVersionDetails" => details(call, FOOTER_COMMENT),
    "getInlineCommentVersions" => list(call, INLINE_COMMENT),
    "getInlineCommentVersionDetails" => details(call, INLINE_COMMENT),
};

impl Subject {
    async fn find(self, call: &Call, connection: &mut SqliteConnection) -> Result<Content, Refusal> {
        let (name, text) = call.first_parameter();
        let id = match self.kind {
            Kind::Attachment => attachments::read_id(name, text)?,
            _ => text.parse().map_err(|_| wrong_type(name, text, "long"))?,
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

    /// Returns the member that holds the content inside a version.
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
    let rows: Result<Vec<VersionOf>, Refusal> =
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
    Ok(single(&call, VersionDetails::new(&version, content.version)))
}

fn place(version: &Version) -> After {
    After { id: version.number, key: Key::Number(version.created_at) }
}

fn show(
    version: &Version,
    subject: Subject,
    stored: &str,
    format: Option<&str>,
) -> Result<VersionOf, Refusal> {
    let id = match subject.kind {
        Kind::Attachment => attachments::public_id(version.content_id),
        _ => version.content_id.to_string(),
    };
    let body = body::show(&version.body, stored, format, &References::default())?;
    let then = VersionedContent { id, title: version.title.clone(), body };
    Ok(VersionOf { version: version.into(), content: BTreeMap::from([(subject.noun(), then)]) })
}
