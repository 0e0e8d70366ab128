//! Creating comments.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{LINK, LOCATION};
use sqlx::SqliteConnection;

use super::super::documents::{self, list::spaces_of};
use super::super::fields::Fields;
use super::super::{attachments, entities, representation};
use super::{CommentKind, marker, show};
use crate::access;
use crate::request::v2_error::{invalid_body, no_content, not_found};
use crate::request::{Call, Refusal};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::contents::{self, Edit, NewContent};
use crate::storage::{inline_comments, versions};

/// Creates a comment.
pub(super) async fn create(call: Call, kind: CommentKind) -> Result<Response, Refusal> {
    let fields = Fields::read(&call.body)?;
    let target = Target::read(&fields, kind)?;
    let selection = match (kind, &target) {
        (CommentKind::Inline, Target::Document(..)) => Some(Selection::read(&fields)?),
        _ => None,
    };
    let Some(body) = fields.value("body") else { return Err(invalid_body("body: must not be null")) };
    let body = representation::read(body)?;
    let mut tx = call.begin().await?;
    let (container, parent_id) = target.find(&call, &mut tx, kind).await?;
    if !access::may_create(&call, &mut tx, container.space_id, Kind::Comment).await? {
        return Err(no_content(container.kind, container.id));
    }
    let comment = insert(&call, &mut tx, kind, &container, parent_id, &body.storage).await?;
    if let Some(selection) = selection {
        selection.mark(&call, &mut tx, &container, comment.id).await?;
    }
    let version = documents::newest_version(&mut tx, &comment).await?;
    let spaces = spaces_of(&call, &mut tx).await?;
    let format = Some(body.representation);
    let mut shown = show::comment(&call, &mut tx, &comment, &version, &spaces, format).await?;
    if kind == CommentKind::Inline {
        shown.resolution = Some(show::read_resolution(&call, &mut tx, &comment).await?);
    }
    let mut shown = entities::json(&shown);
    entities::add_base(&mut shown, &call.base());
    tx.commit().await?;
    let location = format!("/wiki/api/v2/{}/{}", kind.collection(), comment.id);
    let link = format!("<{}>; rel=\"base\"", call.base());
    Ok((StatusCode::CREATED, [(LOCATION, location), (LINK, link)], Json(shown)).into_response())
}

async fn insert(
    call: &Call,
    connection: &mut SqliteConnection,
    kind: CommentKind,
    container: &Content,
    parent_id: Option<i64>,
    body: &str,
) -> Result<Content, Refusal> {
    let share_id = call.new_uuid();
    let new = NewContent {
        id: None,
        cloud_id: &call.site.cloud_id,
        kind: Kind::Comment,
        subtype: Some(kind.as_str()),
        status: Status::Current,
        title: &format!("Re: {}", container.title),
        space_id: container.space_id,
        parent_id,
        container_id: Some(container.id),
        author_id: &call.account_id,
        created_at: call.now(),
        body,
        // What only one person may read, only that person can have commented.
        private: container.private,
        share_id: &share_id,
    };
    Ok(contents::insert(connection, &new).await?)
}

/// The target of a new comment.
enum Target {
    Document(Kind, i64),
    Comment(i64),
}

impl Target {
    fn read(fields: &Fields, kind: CommentKind) -> Result<Self, Refusal> {
        let attachment = match fields.text("attachmentId")? {
            Some(id) => Some(Self::Document(Kind::Attachment, attachments::read_id("attachmentId", id)?)),
            None => None,
        };
        let custom = fields.id("customContentId")?.map(|id| Self::Document(Kind::Custom, id));
        let only_footer = kind == CommentKind::Footer;
        let mut targets = [
            fields.id("pageId")?.map(|id| Self::Document(Kind::Page, id)),
            fields.id("blogPostId")?.map(|id| Self::Document(Kind::BlogPost, id)),
            fields.id("parentCommentId")?.map(Self::Comment),
            attachment.filter(|_| only_footer),
            custom.filter(|_| only_footer),
        ]
        .into_iter()
        .flatten();
        match (targets.next(), targets.next()) {
            (Some(target), None) => Ok(target),
            _ if only_footer => Err(invalid_body(
                "Exactly one of pageId, blogPostId, attachmentId, customContentId or parentCommentId must be provided",
            )),
            _ => Err(invalid_body("Exactly one of pageId, blogPostId or parentCommentId must be provided")),
        }
    }

    /// Finds the content that the comment is on, and the comment that it answers.
    async fn find(
        self,
        call: &Call,
        connection: &mut SqliteConnection,
        comment: CommentKind,
    ) -> Result<(Content, Option<i64>), Refusal> {
        let no_comment = |id: i64| not_found(format!("Cannot find a comment with id [{id}]"));
        match self {
            Self::Document(kind, id) => {
                let container = documents::find(call, connection, kind, id).await?;
                if container.status == Status::Trashed {
                    return Err(no_content(kind, id));
                }
                Ok((container, None))
            }
            Self::Comment(id) => {
                let parent = super::find(call, connection, comment, id).await?;
                let container = show::container(call, connection, &parent).await?;
                Ok((container.ok_or_else(|| no_comment(id))?, Some(id)))
            }
        }
    }
}

/// The text that an inline comment is about.
struct Selection {
    text: String,
    index: usize,
    count: usize,
}

impl Selection {
    fn read(fields: &Fields) -> Result<Self, Refusal> {
        let Some(properties) = fields.object("inlineCommentProperties")? else {
            return Err(invalid_body("inlineCommentProperties: must not be null"));
        };
        let text = properties.text("textSelection")?.unwrap_or_default().to_owned();
        let number = |name: &str| -> Result<usize, Refusal> {
            let value = properties.id(name)?;
            let value = value
                .ok_or_else(|| invalid_body(format!("inlineCommentProperties.{name}: must not be null")))?;
            usize::try_from(value)
                .map_err(|_| invalid_body(format!("inlineCommentProperties.{name}: must not be negative")))
        };
        let (count, index) = (number("textSelectionMatchCount")?, number("textSelectionMatchIndex")?);
        if text.is_empty() {
            return Err(invalid_body("inlineCommentProperties.textSelection: must not be empty"));
        }
        if count <= index {
            return Err(invalid_body(
                "inlineCommentProperties: textSelectionMatchCount must be greater than textSelectionMatchIndex",
            ));
        }
        Ok(Self { text, index, count })
    }

    /// Marks the text in the container, without a new version of it.
    async fn mark(
        &self,
        call: &Call,
        connection: &mut SqliteConnection,
        container: &Content,
        comment_id: i64,
    ) -> Result<(), Refusal> {
        let reference = call.new_uuid();
        let marked = marker::put(&container.body, &self.text, self.index, self.count, &reference);
        let marked = marked.ok_or_else(|| {
            invalid_body(format!(
                "inlineCommentProperties: the text selection [{}] does not match the content {} times",
                self.text, self.count
            ))
        })?;
        rewrite(connection, container, &marked).await?;
        Ok(inline_comments::insert(connection, comment_id, &reference, &self.text).await?)
    }
}

/// Replaces the body of content without a new version.
pub(in crate::rest::v2) async fn rewrite(
    connection: &mut SqliteConnection,
    content: &Content,
    body: &str,
) -> Result<(), Refusal> {
    let Some(version) = versions::find(connection, content.id, content.version).await? else { return Ok(()) };
    let same = Edit {
        title: &content.title,
        body,
        author_id: &version.author_id,
        message: &version.message,
        minor_edit: version.minor_edit,
        at: version.created_at,
    };
    contents::overwrite(connection, content.id, &same).await?;
    Ok(())
}
