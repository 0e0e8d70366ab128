//! Relations between users, content and spaces: favourites, and those with names that programs choose.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::offset::Offset;
use super::{contents, show, spaces as space_replies, users as people};
use crate::access;
use crate::request::v1_error::{bad_request, exception, not_found};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::relations::{self, End, FAVOURITE, Relation};
use crate::storage::{spaces, users};
use crate::timestamp::iso;

const KINDS: [&str; 3] = ["user", "content", "space"];

/// The operations on relations.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.findTargetFromSource" => list(call, true),
    "v1.findSourcesForTarget" => list(call, false),
    "v1.getRelationship" => read(call),
    "v1.createRelationship" => add(call),
    "v1.deleteRelationship" => remove(call),
};

async fn read(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let wanted = relation(&call, &mut tx).await?;
    let (source, target) = (Some(&wanted.source), Some(&wanted.target));
    let found = relations::find(&mut tx, &call.site.cloud_id, &wanted.name, source, target).await?;
    let found = found.first().ok_or_else(|| not_found("There is no such relationship"))?;
    Ok(Json(shown(&call, &mut tx, found).await?).into_response())
}

async fn add(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let wanted = relation(&call, &mut tx).await?;
    check_owner(&call, &wanted)?;
    relations::add(&mut tx, &call.site.cloud_id, &wanted).await?;
    let shown = shown(&call, &mut tx, &wanted).await?;
    tx.commit().await?;
    Ok(Json(shown).into_response())
}

async fn remove(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let wanted = relation(&call, &mut tx).await?;
    check_owner(&call, &wanted)?;
    relations::remove(&mut tx, &call.site.cloud_id, &wanted).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn list(call: Call, from_source: bool) -> Result<Response, Refusal> {
    let offset = Offset::read(&call.query, 25, 1000)?;
    let name = call.parameter("relationName").to_owned();
    if name == FAVOURITE {
        // Favourites cannot be listed [live].
        let text = "Finding favourites is not supported";
        let class = "com.atlassian.confluence.api.service.exceptions.NotImplementedServiceException";
        return Err(exception(StatusCode::NOT_IMPLEMENTED, class, text));
    }
    let mut tx = call.begin().await?;
    let (word, other) = if from_source { ("source", "targetType") } else { ("target", "sourceType") };
    let known = end(&call, &mut tx, word).await?;
    let other = kind(call.parameter(other))?;
    let (source, target) = if from_source { (Some(&known), None) } else { (None, Some(&known)) };
    let mut found = relations::find(&mut tx, &call.site.cloud_id, &name, source, target).await?;
    found.retain(|it| if from_source { it.target.kind == other } else { it.source.kind == other });
    let (page, has_more) = offset.cut(found);
    let mut results = Vec::new();
    for found in &page {
        results.push(shown(&call, &mut tx, found).await?);
    }
    Ok(offset.reply(&call, &results, has_more))
}

async fn relation(call: &Call, connection: &mut SqliteConnection) -> Result<Relation, Refusal> {
    Ok(Relation {
        name: call.parameter("relationName").to_owned(),
        source: end(call, connection, "source").await?,
        target: end(call, connection, "target").await?,
        author_id: call.account_id.clone(),
        created_at: call.now(),
    })
}

/// Refuses to change the favourites of others [spec].
fn check_owner(call: &Call, wanted: &Relation) -> Result<(), Refusal> {
    if wanted.name == FAVOURITE && wanted.source.id != call.account_id {
        return Err(crate::request::v1_error::forbidden(
            "Only the current user's own favourites can be changed",
        ));
    }
    Ok(())
}

/// Finds an end of the relation that the path names, if the user may see it.
async fn end(call: &Call, connection: &mut SqliteConnection, word: &str) -> Result<End, Refusal> {
    let kind = kind(call.parameter(&format!("{word}Type")))?;
    let key = call.parameter(&format!("{word}Key"));
    let id = match kind {
        "user" if key == "current" => call.account_id.clone(),
        "user" => {
            let user = users::find(connection, key).await?;
            user.ok_or_else(|| not_found(&format!("No user found with account id: {key}")))?.account_id
        }
        "space" => {
            let space = access::find_space_by_key(call, connection, key).await?;
            let space = space.ok_or_else(|| not_found(&format!("No space found with key: {key}")))?;
            space.id.to_string()
        }
        _ => contents::find(call, connection, key).await?.id.to_string(),
    };
    Ok(End { kind: kind.to_owned(), id })
}

fn kind(word: &str) -> Result<&'static str, Refusal> {
    let known = KINDS.into_iter().find(|it| *it == word);
    known.ok_or_else(|| bad_request(&format!("'{word}' is not one of user, content or space")))
}

async fn shown(call: &Call, connection: &mut SqliteConnection, it: &Relation) -> Result<Value, Refusal> {
    let mut shown = json!({
        "name": it.name,
        "_expandable": {},
        "_links": { "base": call.base(), "context": "/wiki", "self": format!("{}{}", call.base(), address(it)) },
    });
    let wanted = call.query.list("expand");
    for (name, end) in [("source", Some(&it.source)), ("target", Some(&it.target)), ("relationData", None)] {
        let value = match end {
            _ if !wanted.contains(&name) => {
                shown["_expandable"][name] = json!("");
                continue;
            }
            Some(end) => shown_end(call, connection, end).await?,
            None => json!({
                "createdBy": show::person(call, connection, &it.author_id).await?,
                "createdDate": iso(it.created_at),
                "friendlyCreatedDate": iso(it.created_at).get(..10),
            }),
        };
        shown[name] = value;
    }
    Ok(shown)
}

async fn shown_end(call: &Call, connection: &mut SqliteConnection, end: &End) -> Result<Value, Refusal> {
    Ok(match end.kind.as_str() {
        "user" => users::find(connection, &end.id).await?.map_or(Value::Null, |it| people::show(&it, call)),
        "space" => {
            let id = end.id.parse().unwrap_or_default();
            let space = spaces::find(connection, &call.site.cloud_id, id).await?;
            space.map_or(Value::Null, |it| space_replies::show(call, &it))
        }
        _ => {
            let content = contents::find(call, connection, &end.id).await?;
            show::content(call, connection, &content).await?
        }
    })
}

fn address(it: &Relation) -> String {
    let (source, target) = (&it.source, &it.target);
    format!(
        "/rest/api/relation/{}/from/{}/{}/to/{}/{}",
        it.name, source.kind, source.id, target.kind, target.id
    )
}
