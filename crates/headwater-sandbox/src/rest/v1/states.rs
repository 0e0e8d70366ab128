//! The states of content: rough draft, in progress, and those that people define.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::contents::{find, read_body};
use super::spaces;
use crate::request::v1_error::bad_request;
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::Content;
use crate::storage::content_states::{self, ContentState};
use crate::storage::contents::{self, Edit};
use crate::timestamp::iso;

/// The longest name of a state.
const NAME_LIMIT: usize = 20;

#[derive(Deserialize)]
struct Request {
    id: Option<i64>,
    name: Option<String>,
    color: Option<String>,
}

/// The operations on states.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.getContentState" => read(call),
    "v1.setContentState" => set(call),
    "v1.removeContentState" => remove(call),
    "v1.getAvailableContentStates" => available(call),
    "v1.getCustomContentStates" => custom(call),
    "v1.getSpaceContentStates" => of_space(call),
};

/// Shows the state of content. Without a state the reply has no body.
async fn read(call: Call) -> Result<Response, Refusal> {
    let draft = status(&call, &["current", "draft", "archived"])? == "draft";
    let mut tx = call.begin().await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    reply(&mut tx, content.id, draft).await
}

async fn set(call: Call) -> Result<Response, Refusal> {
    let draft = status(&call, &["current", "draft"])? == "draft";
    let request: Request = read_body(&call.body)?;
    let mut tx = call.begin().await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    let state = choose(&call, &mut tx, &request).await?;
    content_states::set(&mut tx, content.id, draft, &state, call.now()).await?;
    if !draft {
        publish(&call, &mut tx, &content).await?;
    }
    let response = reply(&mut tx, content.id, draft).await?;
    tx.commit().await?;
    Ok(response)
}

async fn remove(call: Call) -> Result<Response, Refusal> {
    let draft = status(&call, &["current", "draft"])? == "draft";
    let mut tx = call.begin().await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    if content_states::find(&mut tx, content.id, draft).await?.is_some() {
        content_states::clear(&mut tx, content.id, draft).await?;
        if !draft {
            publish(&call, &mut tx, &content).await?;
        }
    }
    let response = reply(&mut tx, content.id, draft).await?;
    tx.commit().await?;
    Ok(response)
}

async fn available(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    find(&call, &mut tx, call.parameter("id")).await?;
    let custom = content_states::custom(&mut tx, &call.account_id).await?;
    let body = json!({
        "spaceContentStates": show_all(&content_states::suggested()),
        "customContentStates": show_all(custom.get(..3.min(custom.len())).unwrap_or_default()),
    });
    Ok(Json(body).into_response())
}

async fn custom(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    Ok(Json(show_all(&content_states::custom(&mut tx, &call.account_id).await?)).into_response())
}

async fn of_space(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    spaces::find(&call, &mut tx).await?;
    Ok(Json(show_all(&content_states::suggested())).into_response())
}

fn status<'a>(call: &'a Call, allowed: &[&str]) -> Result<&'a str, Refusal> {
    let word = call.query.first("status").unwrap_or("current");
    if allowed.contains(&word) {
        return Ok(word);
    }
    Err(bad_request(&format!("Status {word} is not one of {}", allowed.join(", "))))
}

/// Finds the state that is asked for by its id, or by its name and colour.
async fn choose(
    call: &Call,
    connection: &mut SqliteConnection,
    request: &Request,
) -> Result<ContentState, Refusal> {
    if let Some(id) = request.id {
        let own = content_states::custom(connection, &call.account_id).await?;
        let mut all = content_states::suggested().into_iter().chain(own);
        return all
            .find(|state| state.id == id)
            .ok_or_else(|| bad_request(&format!("No content state with id {id}")));
    }
    let name = request.name.as_deref().unwrap_or_default().trim();
    let color = request.color.as_deref().unwrap_or_default();
    let digits = color.strip_prefix('#').unwrap_or_default();
    if name.is_empty() || name.chars().count() > NAME_LIMIT {
        return Err(bad_request(&format!("The name must have between 1 and {NAME_LIMIT} characters")));
    }
    if digits.len() != 6 || !digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(bad_request("The color must be a hexadecimal number such as #ff00ff"));
    }
    Ok(content_states::known_or_new(connection, &call.account_id, name, color).await?)
}

/// Adds a version with the same body, because a new state counts as one.
async fn publish(call: &Call, connection: &mut SqliteConnection, content: &Content) -> Result<(), Refusal> {
    let edit = Edit {
        title: &content.title,
        body: &content.body,
        author_id: &call.account_id,
        message: "",
        minor_edit: false,
        at: call.now(),
    };
    contents::edit(connection, content.id, &edit).await?;
    Ok(())
}

async fn reply(connection: &mut SqliteConnection, id: i64, draft: bool) -> Result<Response, Refusal> {
    Ok(match content_states::find(connection, id, draft).await? {
        Some((state, at)) => {
            Json(json!({ "contentState": show(&state), "lastUpdated": iso(at) })).into_response()
        }
        None => StatusCode::OK.into_response(),
    })
}

fn show(state: &ContentState) -> Value {
    json!({ "id": state.id, "name": state.name, "color": state.color })
}

fn show_all(states: &[ContentState]) -> Vec<Value> {
    states.iter().map(show).collect()
}
