//! Comments with their answers.

use sqlx::SqliteConnection;

use super::content::{attached, html};
use super::page::{WebError, day, name};
use crate::storage::content::Content;
use crate::storage::inline_comments;

/// A comment in a list.
pub(super) struct CommentView {
    pub(super) id: i64,
    pub(super) author: String,
    pub(super) written_at: String,
    pub(super) html: String,
    /// The text that an inline comment is about.
    pub(super) selection: String,
    /// The resolution of an inline comment; empty for others.
    pub(super) resolution: String,
    /// The depth of the comment in its thread.
    pub(super) depth: usize,
}

/// Lists the comments on content, each before its answers.
pub(super) async fn of_content(
    connection: &mut SqliteConnection,
    id: i64,
) -> Result<Vec<CommentView>, WebError> {
    let all = attached(&mut *connection, id, "comment").await?;
    let mut order = Vec::new();
    arrange(&all, None, 0, &mut order);
    let mut views = Vec::new();
    for (comment, depth) in order {
        let place = inline_comments::find(&mut *connection, comment.id).await?;
        views.push(CommentView {
            id: comment.id,
            author: name(&mut *connection, &comment.author_id).await?,
            written_at: day(comment.created_at),
            html: html(&mut *connection, comment).await?,
            selection: place.as_ref().map_or_else(String::new, |it| it.selection.clone()),
            resolution: place.map_or_else(String::new, |it| it.resolution),
            depth: depth.min(6),
        });
    }
    Ok(views)
}

fn arrange<'a>(all: &'a [Content], parent: Option<i64>, depth: usize, into: &mut Vec<(&'a Content, usize)>) {
    for comment in all.iter().filter(|it| it.parent_id == parent) {
        into.push((comment, depth));
        arrange(all, Some(comment.id), depth + 1, into);
    }
}
