//! Information about the site itself.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::editions;

/// The operations on settings.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.getSystemInfo" => system_info(call),
};

async fn system_info(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let edition = editions::of_site(&mut tx, &call.site.cloud_id).await?;
    let shown = json!({
        "cloudId": call.site.cloud_id,
        "commitHash": "0000000000000000000000000000000000000000",
        "baseUrl": call.base(),
        "edition": edition.as_str().to_uppercase(),
        "siteTitle": call.site.name,
        "defaultLocale": "en_US",
        "defaultTimeZone": "Etc/UTC",
    });
    Ok(Json(shown).into_response())
}
