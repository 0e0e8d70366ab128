//! How many people like something, and who. The API has no way to like.

use axum::response::Response;
use http::Method;
use serde_json::json;
use sqlx::SqliteConnection;

use super::comments::CommentKind;
use super::paging::{self, Paging, Sort, up};
use super::{documents, parameter};
use crate::request::v2_error::no_content;
use crate::request::{Call, Refusal};
use crate::rest::{Route, Scopes};
use crate::storage::content::Kind;
use crate::storage::likes;
use crate::storage::listing::{After, By, Key};

const SORTS: &[Sort] = &[up("id", By::Id)];

/// What can be liked.
#[derive(Clone, Copy)]
struct Subject {
    kind: Kind,
    comment: Option<CommentKind>,
}

/// The operations on likes.
pub(super) fn routes() -> Vec<Route> {
    const PAGE: Scopes = &[&["read:page:confluence"]];
    const COMMENT: Scopes = &[&["read:comment:confluence"]];
    let document = |kind| Subject { kind, comment: None };
    let comment = |kind| Subject { kind: Kind::Comment, comment: Some(kind) };
    [
        ("/api/v2/pages/{id}/likes/count", "/api/v2/pages/{id}/likes/users", PAGE, document(Kind::Page)),
        (
            "/api/v2/blogposts/{id}/likes/count",
            "/api/v2/blogposts/{id}/likes/users",
            PAGE,
            document(Kind::BlogPost),
        ),
        (
            "/api/v2/footer-comments/{id}/likes/count",
            "/api/v2/footer-comments/{id}/likes/users",
            COMMENT,
            comment(CommentKind::Footer),
        ),
        (
            "/api/v2/inline-comments/{id}/likes/count",
            "/api/v2/inline-comments/{id}/likes/users",
            COMMENT,
            comment(CommentKind::Inline),
        ),
    ]
    .into_iter()
    .flat_map(|(counted, listed, scopes, subject)| {
        [
            Route::new(Method::GET, counted, scopes, move |call| count(call, subject)),
            Route::new(Method::GET, listed, scopes, move |call| list(call, subject)),
        ]
    })
    .collect()
}

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
