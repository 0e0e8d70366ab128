//! Classification levels: how sensitive content is. The levels are made for the whole organisation, elsewhere; here
//! they are given to content, and to spaces as the default of what is in them.

mod content;
mod levels;
mod space;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::Method;
use serde_json::Value;
use sqlx::SqliteConnection;

use self::levels::Level;
use crate::edition::Edition;
use crate::request::v2_error::not_found;
use crate::request::{Call, Refusal};
use crate::rest::Route;
use crate::storage::editions;

/// The operations on classification levels.
pub(super) fn routes() -> Vec<Route> {
    let all =
        Route::new(Method::GET, "/api/v2/classification-levels", &[&["read:configuration:confluence"]], list);
    [all].into_iter().chain(space::routes()).chain(content::routes()).collect()
}

async fn list(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    check_edition(&call, &mut tx).await?;
    let levels: Vec<Value> = levels::LEVELS.iter().map(Level::show).collect();
    Ok(Json(levels).into_response())
}

/// Data classification has to be bought.
async fn check_edition(call: &Call, connection: &mut SqliteConnection) -> Result<(), Refusal> {
    if editions::of_site(connection, &call.site.cloud_id).await? < Edition::Enterprise {
        return Err(not_found("The edition of this site does not include data classification"));
    }
    Ok(())
}

fn find_level(id: &str) -> Result<&'static Level, Refusal> {
    levels::find(id).ok_or_else(|| not_found(format!("Cannot find a classification level with id [{id}]")))
}
