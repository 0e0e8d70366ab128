//! Classification levels: how sensitive content is. The levels are made for the whole organisation, elsewhere; here
//! they are given to content, and to spaces as the default of what is in them.

mod content;
mod levels;
mod space;

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use sqlx::SqliteConnection;

use self::levels::Level;
use crate::edition::Edition;
use crate::request::v2_error::not_found;
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::Kind;
use crate::storage::editions;

/// The operations on classification levels.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getClassificationLevels" => list(call),
    "getSpaceDefaultClassificationLevel" => space::read(call),
    "putSpaceDefaultClassificationLevel" => space::set(call),
    "deleteSpaceDefaultClassificationLevel" => space::clear(call),
    "getPageClassificationLevel" => content::read(call, Kind::Page),
    "putPageClassificationLevel" => content::set(call, Kind::Page),
    "postPageClassificationLevel" => content::reset(call, Kind::Page),
    "getBlogPostClassificationLevel" => content::read(call, Kind::BlogPost),
    "putBlogPostClassificationLevel" => content::set(call, Kind::BlogPost),
    "postBlogPostClassificationLevel" => content::reset(call, Kind::BlogPost),
    "getWhiteboardClassificationLevel" => content::read(call, Kind::Whiteboard),
    "putWhiteboardClassificationLevel" => content::set(call, Kind::Whiteboard),
    "postWhiteboardClassificationLevel" => content::reset(call, Kind::Whiteboard),
    "getDatabaseClassificationLevel" => content::read(call, Kind::Database),
    "putDatabaseClassificationLevel" => content::set(call, Kind::Database),
    "postDatabaseClassificationLevel" => content::reset(call, Kind::Database),
};

async fn list(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    check_edition(&call, &mut tx).await?;
    let levels: Vec<Value> = levels::LEVELS.iter().map(Level::show).collect();
    Ok(Json(levels).into_response())
}

/// Refuses on editions without data classification.
async fn check_edition(call: &Call, connection: &mut SqliteConnection) -> Result<(), Refusal> {
    if editions::of_site(connection, &call.site.cloud_id).await? < Edition::Enterprise {
        return Err(not_found("The edition of this site does not include data classification"));
    }
    Ok(())
}

fn find_level(id: &str) -> Result<&'static Level, Refusal> {
    levels::find(id).ok_or_else(|| not_found(format!("Cannot find a classification level with id [{id}]")))
}
