//! Long-running tasks: started here for other operations, and shown to clients that poll.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::offset::Offset;
use crate::request::v1_error::not_found;
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::long_tasks::{self, LongTask, NewLongTask};

/// The time a task seems to take, in milliseconds: long enough that a client which polls sees it running.
const DURATION: i64 = 500;

/// The default number of tasks in a list.
const LIMIT: usize = 100;

/// The operations on tasks.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.getTasks" => list(call),
    "v1.getTask" => read(call),
};

/// Adds a task for work that has just been done, and answers with the address at which to poll it.
pub(super) async fn start(
    call: &Call,
    connection: &mut SqliteConnection,
    key: &str,
    message: &str,
    details: &Value,
) -> Result<Response, Refusal> {
    let now = call.now();
    let new = NewLongTask {
        cloud_id: &call.site.cloud_id,
        account_id: &call.account_id,
        key,
        started_at: now,
        ends_at: now + DURATION,
        message,
        details,
    };
    let id = long_tasks::insert(connection, &new).await?;
    let body = json!({
        "ari": ari(call, id),
        "id": id.to_string(),
        "links": { "status": format!("/rest/api/longtask/{id}") },
    });
    Ok((StatusCode::ACCEPTED, Json(body)).into_response())
}

/// Returns whether a task of this kind is running on the site.
pub(super) async fn is_running(
    call: &Call,
    connection: &mut SqliteConnection,
    key: &str,
) -> Result<bool, Refusal> {
    let tasks = long_tasks::all(connection, &call.site.cloud_id).await?;
    Ok(tasks.iter().any(|task| task.key == key && task.ends_at > call.now()))
}

/// The tasks of the user that are running.
async fn list(call: Call) -> Result<Response, Refusal> {
    let offset = Offset::read(&call.query, LIMIT, LIMIT)?;
    let key = call.query.first("key");
    let mut tx = call.begin().await?;
    let tasks = long_tasks::all(&mut tx, &call.site.cloud_id).await?;
    let rows: Vec<Value> = tasks
        .iter()
        .filter(|task| task.account_id == call.account_id && task.ends_at > call.now())
        .filter(|task| key.is_none_or(|key| task.key == key))
        .map(|task| show(&call, task))
        .collect();
    let (rows, has_more) = offset.cut(rows);
    Ok(offset.reply(&call, &rows, has_more))
}

async fn read(call: Call) -> Result<Response, Refusal> {
    let id = call.parameter("id");
    let mut tx = call.begin().await?;
    let tasks = long_tasks::all(&mut tx, &call.site.cloud_id).await?;
    let task = tasks.iter().find(|task| task.id.to_string() == id && task.account_id == call.account_id);
    let task = task.ok_or_else(|| not_found(&format!("No long running task found with id: {id}")))?;
    let mut shown = show(&call, task);
    if let Some(members) = shown.as_object_mut() {
        let links = json!({
            "self": format!("{}/rest/api/longtask/{id}", call.base()),
            "base": call.base(),
            "context": "/wiki",
        });
        members.insert("_links".to_owned(), links);
    }
    Ok(Json(shown).into_response())
}

fn show(call: &Call, task: &LongTask) -> Value {
    let elapsed = (call.now() - task.started_at).clamp(0, task.ends_at - task.started_at);
    let finished = call.now() >= task.ends_at;
    let messages = if finished { json!([{ "translation": task.message, "args": [] }]) } else { json!([]) };
    json!({
        "ari": ari(call, task.id),
        "id": task.id.to_string(),
        "name": { "key": task.key, "args": [] },
        "elapsedTime": elapsed,
        "percentageComplete": elapsed * 100 / (task.ends_at - task.started_at).max(1),
        "successful": finished,
        "finished": finished,
        "messages": messages,
        "status": task.message,
        "errors": [],
        "additionalDetails": task.details,
    })
}

fn ari(call: &Call, id: i64) -> String {
    format!("ari:cloud:confluence:{}:long-running-task/{id}", call.site.cloud_id)
}
