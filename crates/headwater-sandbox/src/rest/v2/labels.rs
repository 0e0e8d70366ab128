//! The labels of content. v2 only reads them.

use axum::response::Response;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::documents;
use super::paging::{Paging, Sort, down, up};
use super::parameter::{path_id, word};
use crate::rest::{Call, Refusal};
use crate::storage::content::Kind;
use crate::storage::labels::{self, Label};
use crate::storage::listing::{After, By, Key};

/// Labels are made when they are first used, so their ids grow with their dates.
const SORTS: &[Sort] = &[
    up("id", By::Id),
    down("-id", By::Id),
    up("created-date", By::CreatedAt),
    down("-created-date", By::CreatedAt),
    up("name", By::Title),
    down("-name", By::Title),
];

/// The labels of content of this kind.
pub(crate) async fn list(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let paging = Paging::read(&call.query, 25, Sort::read(&call.query, SORTS, "LabelSortOrder")?)?;
    let prefix = word(&call.query, "prefix", &["my", "team", "global", "system"], "LabelPrefix")?;
    let mut tx = call.begin().await?;
    documents::find(&call, &mut tx, kind, id).await?;
    let mut labels = labels::of_content(&mut tx, id).await?;
    labels.retain(|label| prefix.is_none_or(|prefix| label.prefix == prefix));
    let by = paging.order().by;
    Ok(paging.cut_all(labels, |label| place(label, by)).reply(&call, |label| show(&label)))
}

/// All labels of content, as they are shown inside it.
pub(crate) async fn show_all(
    connection: &mut SqliteConnection,
    content_id: i64,
) -> Result<Vec<Value>, Refusal> {
    Ok(labels::of_content(connection, content_id).await?.iter().map(show).collect())
}

fn show(label: &Label) -> Value {
    json!({ "id": label.id.to_string(), "name": label.name, "prefix": label.prefix })
}

fn place(label: &Label, by: By) -> After {
    let key = match by {
        By::Title => Key::Text(label.name.clone()),
        By::Id | By::CreatedAt | By::ModifiedAt | By::Position => Key::Number(label.id),
    };
    After { id: label.id, key }
}
