//! Admin keys: with one, and a header in the request, an administrator sees everything for a while.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;
use sqlx::{Sqlite, Transaction};

use super::fields::Fields;
use crate::access;
use crate::edition::Edition;
use crate::request::v2_error::{invalid_body, not_found};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::{admin_keys, editions};
use crate::timestamp::iso;

const MINUTE: i64 = 60_000;
const DEFAULT_MINUTES: i64 = 10;
/// The longest life of a key, in minutes: a day. The vendor's limit is not known.
const MOST_MINUTES: i64 = 24 * 60;

/// The operations on admin keys. They are documented without any scope, so every token will do.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getAdminKey" => read(call),
    "enableAdminKey" => enable(call),
    "disableAdminKey" => disable(call),
};

async fn read(call: Call) -> Result<Response, Refusal> {
    let mut tx = begin(&call).await?;
    let key = admin_keys::find(&mut tx, &call.site.cloud_id, &call.account_id, call.now()).await?;
    let expires_at = key.ok_or_else(|| not_found("The calling user does not have an admin key"))?;
    Ok(reply(&call, expires_at))
}

async fn enable(call: Call) -> Result<Response, Refusal> {
    let minutes = if call.body.iter().all(u8::is_ascii_whitespace) {
        DEFAULT_MINUTES
    } else {
        match Fields::read(&call.body)?.value("durationInMinutes").map(serde_json::Value::as_i64) {
            None | Some(Some(0)) => DEFAULT_MINUTES,
            Some(Some(minutes @ 1..=MOST_MINUTES)) => minutes,
            Some(_) => {
                let problem = format!("durationInMinutes: must be between 0 and {MOST_MINUTES}");
                return Err(invalid_body(problem));
            }
        }
    };
    let mut tx = begin(&call).await?;
    let expires_at = call.now() + minutes * MINUTE;
    admin_keys::set(&mut tx, &call.site.cloud_id, &call.account_id, expires_at).await?;
    tx.commit().await?;
    Ok(reply(&call, expires_at))
}

async fn disable(call: Call) -> Result<Response, Refusal> {
    let mut tx = begin(&call).await?;
    admin_keys::remove(&mut tx, &call.site.cloud_id, &call.account_id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn reply(call: &Call, expires_at: i64) -> Response {
    Json(json!({ "accountId": call.account_id, "expirationTime": iso(expires_at) })).into_response()
}

/// Begins a transaction for an administrator, on the editions that have keys.
async fn begin(call: &Call) -> Result<Transaction<'static, Sqlite>, Refusal> {
    let mut tx = call.begin().await?;
    let edition = editions::of_site(&mut tx, &call.site.cloud_id).await?;
    if edition < Edition::Premium || !access::administers_site(call, &mut tx).await? {
        return Err(not_found("The calling user cannot use admin keys on this site"));
    }
    Ok(tx)
}
