//! The labels of content, of spaces and of the site. v2 only reads them.

use axum::response::Response;
use sqlx::SqliteConnection;

use super::paging::{Paging, Sort, down, up};
use super::parameter::{ids, path_id, word};
use super::{attachments, documents, entities};
use crate::request::v2_error::wrong_type;
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::Kind;
use crate::storage::labels::{self, Label};
use crate::storage::listing::{After, By, Key};

/// The words of the `sort` parameter. Labels are created when they are first used, so their ids grow with their
/// dates.
const SORTS: &[Sort] = &[
    up("id", By::Id),
    down("-id", By::Id),
    up("created-date", By::CreatedAt),
    down("-created-date", By::CreatedAt),
    up("name", By::Title),
    down("-name", By::Title),
];

const PREFIXES: &[&str] = &["my", "team", "global", "system"];

/// The operations on labels that do not belong to a page.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getLabels" => everywhere(call),
    "getAttachmentLabels" => list(call, Kind::Attachment),
    "getBlogPostLabels" => list(call, Kind::BlogPost),
    "getCustomContentLabels" => list(call, Kind::Custom),
    "getSpaceLabels" => of_space(call),
    "getSpaceContentLabels" => in_space(call),
};

/// Lists the labels of content of this kind.
pub(crate) async fn list(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let (name, text) = call.first_parameter();
    let id = match kind {
        Kind::Attachment => attachments::read_id(name, text)?,
        _ => text.parse().map_err(|_| wrong_type(name, text, "long"))?,
    };
    let prefix = word(&call.query, "prefix", PREFIXES, "LabelPrefix")?;
    let mut tx = call.begin().await?;
    documents::find(&call, &mut tx, kind, id).await?;
    let mut labels = labels::of_content(&mut tx, id).await?;
    drop(tx);
    labels.retain(|label| prefix.is_none_or(|prefix| label.prefix == prefix));
    page(&call, labels)
}

async fn everywhere(call: Call) -> Result<Response, Refusal> {
    let wanted = ids(&call.query, "label-id", 250)?;
    let prefixes = call.query.list("prefix");
    if let Some(unknown) = prefixes.iter().find(|prefix| !PREFIXES.contains(prefix)) {
        return Err(wrong_type("prefix", unknown, "LabelPrefix"));
    }
    let mut tx = call.begin().await?;
    let mut labels = labels::on_site(&mut tx, &call.site.cloud_id, call.viewer()).await?;
    drop(tx);
    labels.retain(|label| wanted.is_empty() || wanted.contains(&label.id));
    labels.retain(|label| prefixes.is_empty() || prefixes.contains(&label.prefix.as_str()));
    page(&call, labels)
}

async fn of_space(call: Call) -> Result<Response, Refusal> {
    let prefix = word(&call.query, "prefix", &["my", "team"], "SpaceLabelPrefix")?;
    let id = path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    documents::find_space(&call, &mut tx, id).await?;
    let mut labels = labels::of_space(&mut tx, id).await?;
    drop(tx);
    labels.retain(|label| prefix.is_none_or(|prefix| label.prefix == prefix));
    page(&call, labels)
}

async fn in_space(call: Call) -> Result<Response, Refusal> {
    let prefix = word(&call.query, "prefix", PREFIXES, "LabelPrefix")?;
    let id = path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    documents::find_space(&call, &mut tx, id).await?;
    let mut labels = labels::in_space(&mut tx, &call.site.cloud_id, id, call.viewer()).await?;
    drop(tx);
    labels.retain(|label| prefix.is_none_or(|prefix| label.prefix == prefix));
    page(&call, labels)
}

fn page(call: &Call, labels: Vec<Label>) -> Result<Response, Refusal> {
    let paging = Paging::read(&call.query, 25, Sort::read(&call.query, SORTS, "LabelSortOrder")?)?;
    let by = paging.order().by;
    Ok(paging.cut_all(labels, |label| place(label, by)).reply(call, |label| entities::Label::from(&label)))
}

/// Returns all labels of content, as they are shown inside it.
pub(super) async fn show_all(
    connection: &mut SqliteConnection,
    content_id: i64,
) -> Result<Vec<entities::Label>, Refusal> {
    Ok(labels::of_content(connection, content_id).await?.iter().map(entities::Label::from).collect())
}

fn place(label: &Label, by: By) -> After {
    let key = match by {
        By::Title => Key::Text(label.name.clone()),
        By::Id | By::CreatedAt | By::ModifiedAt | By::Position => Key::Number(label.id),
    };
    After { id: label.id, key }
}
