//! Deleting pages and blog posts: to the trash, from the trash for good, or a draft.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::super::parameter::{boolean, path_id};
use super::find;
use crate::request::v2_error::{invalid_parameter, no_content};
use crate::request::{Call, Refusal};
use crate::storage::content::{Kind, Status};
use crate::storage::{contents, drafts};

/// Removes content of this kind.
pub(crate) async fn remove(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let purge = boolean(&call.query, "purge", false)?;
    let draft = boolean(&call.query, "draft", false)?;
    let mut tx = call.begin().await?;
    let content = find(&call, &mut tx, kind, id).await?;
    match (content.status, draft, purge) {
        (Status::Draft, true, _) | (Status::Trashed, false, true) => contents::destroy(&mut tx, id).await?,
        (Status::Current, true, _) => {
            if !drafts::discard(&mut tx, id).await? {
                return Err(no_content(kind, id));
            }
        }
        (Status::Current | Status::Archived, false, true) => {
            return Err(invalid_parameter(format!(
                "Cannot purge content with id [{id}]: it is not in the trash"
            )));
        }
        (Status::Current | Status::Archived, false, false) => {
            contents::trash(&mut tx, &content, call.content_rules().children_of_trashed).await?;
        }
        (Status::Draft, false, _) | (Status::Trashed | Status::Archived, ..) => {
            return Err(no_content(kind, id));
        }
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
