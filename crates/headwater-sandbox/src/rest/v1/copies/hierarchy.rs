//! Copying a page with all that is below it.

use std::collections::{HashMap, HashSet};

use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::super::contents::{check_title_is_free, find_node, find_page, read_body};
use super::super::long_tasks;
use super::{Extras, insert};
use crate::access;
use crate::request::v1_error::bad_request;
use crate::request::{Call, Refusal};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::{copies, tree};

const TASK: &str = "com.atlassian.confluence.pages.copypagehierarchy";

/// The greatest depth of a page tree that is handled.
const DEEPEST: i64 = 1000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    #[serde(flatten)]
    extras: Extras,
    copy_descendants: Option<bool>,
    destination_page_id: Value,
    title_options: Option<TitleOptions>,
}

/// The changes that titles of copies get.
#[derive(Default, Deserialize)]
struct TitleOptions {
    prefix: Option<String>,
    replace: Option<String>,
    search: Option<String>,
}

/// Copies a page and what is below it. The reply names a long-running task.
pub(super) async fn copy(call: Call) -> Result<Response, Refusal> {
    let request: Request = read_body(&call.body)?;
    let destination_id = match &request.destination_page_id {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut tx = call.begin().await?;
    let page = find_page(&call, &mut tx, call.parameter("id")).await?;
    let destination = find_node(&call, &mut tx, &destination_id).await?;
    let mut nodes = vec![page.clone()];
    if request.copy_descendants.unwrap_or(true) {
        let mut below = tree::descendants(&mut tx, page.id, DEEPEST).await?;
        access::retain(&call, &mut tx, &mut below, |node| &node.content).await?;
        let is_copied = |node: &Content| node.status == Status::Current;
        nodes.extend(below.into_iter().map(|node| node.content).filter(is_copied));
    }
    let options = request.title_options.unwrap_or_default();
    check_titles(&mut tx, &nodes, &options, destination.space_id).await?;
    let mut made: HashMap<i64, i64> = HashMap::new();
    for node in &nodes {
        let parent_id = node.parent_id.and_then(|id| made.get(&id).copied()).unwrap_or(destination.id);
        let title = options.title(node);
        let place = (destination.space_id, Some(parent_id));
        let copied = insert(&call, &mut tx, node, place, &title, &node.body).await?;
        copies::details(&mut tx, node.id, copied.id).await?;
        request.extras.copy(&call, &mut tx, node, &copied).await?;
        made.insert(node.id, copied.id);
    }
    let copied_id = made.get(&page.id).map(ToString::to_string);
    let details = json!({
        "destinationId": copied_id,
        "destinationUrl": copied_id.as_ref().map(|id| format!("/pages/viewpage.action?pageId={id}")),
        "totalPageNeedToCopy": nodes.len(),
    });
    let message = format!("Copied {} pages.", nodes.len());
    let reply = long_tasks::start(&call, &mut tx, TASK, &message, &details).await?;
    tx.commit().await?;
    Ok(reply)
}

impl TitleOptions {
    fn title(&self, node: &Content) -> String {
        let title = match (self.search.as_deref(), self.replace.as_deref()) {
            (Some(search), replace) if !search.is_empty() => {
                node.title.replace(search, replace.unwrap_or_default())
            }
            _ => node.title.clone(),
        };
        format!("{}{title}", self.prefix.as_deref().unwrap_or_default())
    }
}

/// Checks that the titles of the copies are free in their space, and differ from each other.
async fn check_titles(
    connection: &mut SqliteConnection,
    nodes: &[Content],
    options: &TitleOptions,
    space_id: i64,
) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    for page in nodes.iter().filter(|node| node.kind == Kind::Page) {
        let title = options.title(page);
        if title.trim().is_empty() {
            return Err(bad_request("The title options leave a page without a title"));
        }
        if !seen.insert(title.to_lowercase()) {
            return Err(bad_request(&format!("The title options give two pages the title '{title}'")));
        }
        check_title_is_free(connection, space_id, &title).await?;
    }
    Ok(())
}
