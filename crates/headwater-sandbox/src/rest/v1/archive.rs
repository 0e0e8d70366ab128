//! Archiving pages and trashing whole page trees. Both answer with a long-running task.

use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::contents::{find, read_body};
use super::long_tasks;
use crate::access;
use crate::edition::Edition;
use crate::request::v1_error::{bad_request, exception, forbidden};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::{contents, editions, tree};

const ARCHIVE: &str = "com.atlassian.confluence.bulk.archive";
const DELETE_TREE: &str = "com.atlassian.confluence.bulk.delete";

/// The most pages of one request.
const MOST: usize = 300;

/// The greatest depth of a page tree that is handled.
const DEEPEST: i64 = 1000;

/// The operations.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.archivePages" => archive(call),
    "v1.deletePageTree" => remove_tree(call),
};

#[derive(Deserialize)]
struct Request {
    pages: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: Value,
}

async fn archive(call: Call) -> Result<Response, Refusal> {
    let request: Request = read_body(&call.body)?;
    let mut tx = call.begin().await?;
    check_request(&call, &mut tx, request.pages.len()).await?;
    let mut pages = Vec::new();
    for entry in &request.pages {
        pages.push(find_page(&call, &mut tx, &entry.id).await?);
    }
    for page in &pages {
        contents::set_status(&mut tx, page.id, Status::Archived).await?;
    }
    let message = format!("Archived {} pages.", pages.len());
    let reply = long_tasks::start(&call, &mut tx, ARCHIVE, &message, &json!({})).await?;
    tx.commit().await?;
    Ok(reply)
}

/// Refuses what the site's edition does not allow, and archiving while another such task is running.
async fn check_request(call: &Call, connection: &mut SqliteConnection, count: usize) -> Result<(), Refusal> {
    let edition = editions::of_site(connection, &call.site.cloud_id).await?;
    if edition == Edition::Free {
        return Err(bad_request("Archiving pages is not available on the free edition"));
    }
    if edition < Edition::Premium && count > 1 {
        return Err(bad_request("Archiving more than one page at a time requires the premium edition"));
    }
    if count == 0 || count > MOST {
        return Err(bad_request(&format!("The number of pages to archive must be between 1 and {MOST}")));
    }
    if long_tasks::is_running(call, connection, ARCHIVE).await? {
        return Err(bad_request("There is an archival job already running for this site"));
    }
    Ok(())
}

async fn find_page(call: &Call, connection: &mut SqliteConnection, id: &Value) -> Result<Content, Refusal> {
    let text = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    let number = text.parse().map_err(|_| bad_request(&format!("Page id {text} is not a number")))?;
    let found = access::find(call, connection, number).await?;
    let Some(content) = found.filter(|content| content.visible_to(&call.account_id)) else {
        // Measured on a live site: ids that lead nowhere are not expected there.
        return Err(exception(
            StatusCode::INTERNAL_SERVER_ERROR,
            "java.lang.IllegalArgumentException",
            &format!("No page found with id {text}"),
        ));
    };
    if !access::may(call, connection, content.space_id, "archive", "page").await?
        || !access::may_update(call, connection, &content).await?
    {
        return Err(forbidden(&format!("The user does not have permission to archive page {text}")));
    }
    match (content.kind, content.status) {
        (Kind::Page, Status::Current) => Ok(content),
        (Kind::Page, Status::Archived) => Err(bad_request(&format!("Page {text} is already archived"))),
        _ => Err(bad_request(&format!("Content {text} is not a current page"))),
    }
}

async fn remove_tree(call: Call) -> Result<Response, Refusal> {
    let id = call.parameter("id");
    if id.parse::<i64>().is_err() {
        return Err(bad_request(&format!("Content id {id} is not a number")));
    }
    let mut tx = call.begin().await?;
    let page = find(&call, &mut tx, id).await?;
    if page.kind != Kind::Page || page.status != Status::Current {
        return Err(bad_request(&format!("Content {id} is not a current page")));
    }
    let below = tree::descendants(&mut tx, page.id, DEEPEST).await?;
    // From below: what is trashed first has no children left that would move up.
    for node in below.iter().rev() {
        contents::trash(&mut tx, &node.content, call.content_rules().children_of_trashed).await?;
    }
    contents::trash(&mut tx, &page, call.content_rules().children_of_trashed).await?;
    let message = format!("Deleted {} pages.", below.len() + 1);
    let reply = long_tasks::start(&call, &mut tx, DELETE_TREE, &message, &json!({})).await?;
    tx.commit().await?;
    Ok(reply)
}
