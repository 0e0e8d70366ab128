//! Comments: at the foot of pages, blog posts, attachments and custom content, or inline in a text; and the answers
//! to them.

mod create;
mod list;
mod marker;
mod show;
mod update;

use axum::response::Response;
use http::HeaderValue;
use http::header::{LINK, WARNING};
use sqlx::SqliteConnection;

use self::CommentKind::{Footer, Inline};
use super::documents::{self, list::spaces_of, read::include};
use super::parameter::{SINGLE_FORMATS, body_format, path_id};
use super::{entities, paging};
use crate::request::v2_error::{no_content, wrong_type};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::{Content, Kind};
use crate::storage::versions;

pub(super) use create::rewrite;
pub(super) use list::of_container;

const DEPRECATED: &str =
    "299 - \"Deprecated Fields: properties.inline-marker-ref, properties.inline-original-selection\"";
const DEPRECATION: &str =
    "<https://developer.atlassian.com/cloud/confluence/changelog/#CHANGE-1411>; rel=\"deprecation\"";

/// The two kinds of comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CommentKind {
    Footer,
    Inline,
}

impl CommentKind {
    /// Returns the subtype in the database.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Footer => "footer",
            Self::Inline => "inline",
        }
    }

    /// Returns the name of the collection in addresses.
    fn collection(self) -> &'static str {
        match self {
            Self::Footer => "footer-comments",
            Self::Inline => "inline-comments",
        }
    }
}

/// The operations on comments.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getPageInlineComments" => warned(of_container(call, Kind::Page, Inline)),
    "getBlogPostFooterComments" => of_container(call, Kind::BlogPost, Footer),
    "getBlogPostInlineComments" => warned(of_container(call, Kind::BlogPost, Inline)),
    "getAttachmentComments" => of_container(call, Kind::Attachment, Footer),
    "getCustomContentComments" => of_container(call, Kind::Custom, Footer),
    "getFooterComments" => list::everywhere(call, Footer),
    "createFooterComment" => create::create(call, Footer),
    "getFooterCommentById" => read(call, Footer),
    "updateFooterComment" => update::update(call, Footer),
    "deleteFooterComment" => update::remove(call, Footer),
    "getFooterCommentChildren" => list::children(call, Footer),
    "getInlineComments" => warned(list::everywhere(call, Inline)),
    "createInlineComment" => warned(create::create(call, Inline)),
    "getInlineCommentById" => warned(read(call, Inline)),
    "updateInlineComment" => warned(update::update(call, Inline)),
    "deleteInlineComment" => update::remove(call, Inline),
    "getInlineCommentChildren" => warned(list::children(call, Inline)),
};

/// Adds the headers that name the deprecated members of inline comments [rec].
async fn warned(answer: impl Future<Output = Result<Response, Refusal>>) -> Result<Response, Refusal> {
    let mut response = answer.await?;
    let headers = response.headers_mut();
    headers.insert(WARNING, HeaderValue::from_static(DEPRECATED));
    headers.append(LINK, HeaderValue::from_static(DEPRECATION));
    Ok(response)
}

/// Finds the comment of this kind, if the user may see it; the 404 names it.
async fn find(
    call: &Call,
    connection: &mut SqliteConnection,
    kind: CommentKind,
    id: i64,
) -> Result<Content, Refusal> {
    let comment = documents::find(call, connection, Kind::Comment, id).await?;
    if comment.subtype.as_deref() == Some(kind.as_str()) {
        Ok(comment)
    } else {
        Err(no_content(Kind::Comment, id))
    }
}

async fn read(call: Call, kind: CommentKind) -> Result<Response, Refusal> {
    let id = path_id(&call, "comment-id")?;
    let format = body_format(&call.query, SINGLE_FORMATS)?;
    let mut tx = call.begin().await?;
    let mut comment = find(&call, &mut tx, kind, id).await?;
    let mut version = documents::newest_version(&mut tx, &comment).await?;
    if let Some(number) = call.query.first("version") {
        let number = number.parse().map_err(|_| wrong_type("version", number, "int"))?;
        let then = versions::find(&mut tx, id, number).await?;
        version = then.ok_or_else(|| no_content(Kind::Comment, id))?;
        comment.body.clone_from(&version.body);
    }
    let spaces = spaces_of(&call, &mut tx).await?;
    let mut shown = show::comment(&call, &mut tx, &comment, &version, &spaces, format).await?;
    shown.resolution = Some(show::read_resolution(&call, &mut tx, &comment).await?);
    let mut shown = entities::json(&shown);
    include(&call, &mut tx, &comment, &mut shown).await?;
    entities::add_base(&mut shown, &call.base());
    Ok(paging::single(&call, shown))
}
