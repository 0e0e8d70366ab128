//! Likes: how many people like something, and who. The API has no way to like.

use axum::response::Response;
use serde_json::json;
use sqlx::SqliteConnection;

use super::comments::CommentKind;
use super::paging::{self, Paging, Sort, up};
use super::{documents, parameter};
use crate::request::v2_error::no_content;
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::Kind;
use crate::storage::likes;
use crate::storage::listing::{After, By, Key};

const SORTS: &[Sort] = &[up("id", By::Id)];

/// Something that can be liked.
#[derive(Clone, Copy)]
struct Subject {
    kind: Kind,
    comment: Option<CommentKind>,
}

const PAGE: Subject = Subject { kind: Kind::Page, comment: None };
const BLOG_POST: Subject = Subject { kind: Kind::BlogPost, comment: None };
const FOOTER_COMMENT: Subject = Subject { kind: Kind::Comment, comment: Some(CommentKind::Footer) };
const INLINE_COMMENT: Subject = Subject { kind: Kind::Comment, comment: Some(CommentKind::Inline) };

/// The operations on likes.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getPageLikeCount" => count(call, PAGE),
    "getPageLikeUsers" => list(call, PAGE),
    "getBlogPostLikeCount" => count(call, BLOG_POST),
    "getBlogPostLikeUsers" => list(call, BLOG_POST),
    "getFooterLikeCount" => count(call, FOOTER_COMMENT),
    "getFooterLikeUsers" => list(call, FOOTER_COMMENT),
    "getInlineLikeCount" => count(call, INLINE_COMMENT),
    "getInlineLikeUsers" => list(call, INLINE_COMMENT),
};

impl Subject {
    async fn find(self, call: &Call, connection: &mut SqliteConnection) -> Result<i64, Refusal> {
        let id = parameter::path_id(call, "id")?;
        let content = documents::find(call, connection, self.kind, id).await?;
        match self.comment {
            Some(kind) if content.subtype.as_deref() != Some(kind.as_str()) => {
                Err(no_content(Kind::Comment, id))
            }
            _ => Ok(id),
        }
    }
}

async fn count(call: Call, subject: Subject) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let id = subject.find(&call, &mut tx).await?;
    let count = likes::of_content(&mut tx, id).await?.len();
    Ok(paging::single(&call, json!({ "count": count })))
}

async fn list(call: Call, subject: Subject) -> Result<Response, Refusal> {
    let paging = Paging::read_from(&call.query, 25, 0, Sort::read(&call.query, SORTS, "LikeSortOrder")?)?;
    let mut tx = call.begin().await?;
    let id = subject.find(&call, &mut tx).await?;
    let rows: Vec<(i64, String)> = (1..).zip(likes::of_content(&mut tx, id).await?).collect();
    let page = paging.cut_all(rows, |(place, _)| After { id: *place, key: Key::Number(*place) });
    Ok(page.reply(&call, |(_, account_id)| json!({ "accountId": account_id })))
}
