//! Conversions that are requested now and fetched later, one or many at a time.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::super::contents::{find, read_body};
use super::Sent;
use crate::access;
use crate::request::v1_error::{bad_request, exception, not_found};
use crate::request::{Call, Refusal};
use crate::storage::conversions::{self, Conversion};

/// The time a conversion seems to take, in milliseconds.
const DURATION: i64 = 250;

/// The time during which a result can be fetched, in milliseconds.
const KEPT: i64 = 5 * 60 * 1000;

/// The most conversions that are requested, and that are fetched, at a time.
const MOST_REQUESTS: usize = 10;
const MOST_RESULTS: usize = 50;

/// One conversion that is asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    to: String,
    body: Sent,
    #[serde(default)]
    allow_cache: bool,
    space_key_context: Option<String>,
    content_id_context: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bulk {
    conversion_inputs: Vec<Wanted>,
}

pub(super) async fn request(call: Call) -> Result<Response, Refusal> {
    let text = |name: &str| call.query.first(name).map(str::to_owned);
    let wanted = Wanted {
        to: call.parameter("to").to_owned(),
        body: read_body(&call.body)?,
        allow_cache: call.query.first("allowCache") == Some("true"),
        space_key_context: text("spaceKeyContext"),
        content_id_context: text("contentIdContext"),
    };
    let mut tx = call.begin().await?;
    let id = wanted.queue(&call, &mut tx).await?;
    tx.commit().await?;
    Ok(Json(json!({ "asyncId": id })).into_response())
}

/// Queues several conversions. Each that cannot be queued is answered with its error in its place; the others are
/// queued.
pub(super) async fn request_many(call: Call) -> Result<Response, Refusal> {
    let bulk: Bulk = read_body(&call.body)?;
    if bulk.conversion_inputs.len() > MOST_REQUESTS {
        return Err(bad_request(&format!("No more than {MOST_REQUESTS} conversions can be requested")));
    }
    let mut tx = call.begin().await?;
    let mut ids = Vec::new();
    for wanted in &bulk.conversion_inputs {
        ids.push(match wanted.queue(&call, &mut tx).await {
            Ok(id) => json!({ "asyncId": id }),
            Err(Refusal::Answer(_)) => json!({ "asyncId": "FAILED_TO_QUEUE" }),
            Err(storage) => return Err(storage),
        });
    }
    tx.commit().await?;
    Ok(Json(ids).into_response())
}

pub(super) async fn fetch(call: Call) -> Result<Response, Refusal> {
    let id = call.parameter("id");
    if uuid::Uuid::try_parse(id).is_err() {
        return Err(bad_request(&format!("'{id}' is not the id of a conversion")));
    }
    let mut tx = call.begin().await?;
    let found = live(&call, &mut tx, id).await?;
    let missing = || not_found(&format!("No conversion found with id {id}"));
    let conversion = found.ok_or_else(missing)?;
    if conversion.account_id != call.account_id {
        let class = "com.atlassian.confluence.api.service.exceptions.PermissionException";
        return Err(exception(StatusCode::FORBIDDEN, class, "The conversion was requested by another user"));
    }
    Ok(Json(show(&call, &conversion)).into_response())
}

pub(super) async fn fetch_many(call: Call) -> Result<Response, Refusal> {
    let ids = call.query.list("ids");
    if ids.is_empty() || ids.len() > MOST_RESULTS {
        return Err(bad_request(&format!("Between 1 and {MOST_RESULTS} ids are required")));
    }
    let mut tx = call.begin().await?;
    let mut shown = Vec::new();
    for id in ids {
        let found = live(&call, &mut tx, id).await?;
        if let Some(conversion) = found.filter(|found| found.account_id == call.account_id) {
            shown.push(show(&call, &conversion));
        }
    }
    Ok(Json(shown).into_response())
}

impl Wanted {
    /// Queues the conversion, if what it refers to exists.
    async fn queue(&self, call: &Call, connection: &mut SqliteConnection) -> Result<String, Refusal> {
        self.check_context(call, connection).await?;
        queue(call, connection, &self.to, &self.body, self.allow_cache).await
    }

    async fn check_context(&self, call: &Call, connection: &mut SqliteConnection) -> Result<(), Refusal> {
        if let Some(id) = &self.content_id_context {
            find(call, connection, id).await?;
        }
        if let Some(key) = &self.space_key_context {
            let space = access::find_space_by_key(call, connection, key).await?;
            space.ok_or_else(|| not_found(&format!("No space found with key : {key}")))?;
        }
        Ok(())
    }
}

/// Converts, and keeps the result until it is fetched. The same request again can get the same id.
pub(in crate::rest::v1) async fn queue(
    call: &Call,
    connection: &mut SqliteConnection,
    to: &str,
    sent: &Sent,
    allow_cache: bool,
) -> Result<String, Refusal> {
    let value = sent.convert(to)?;
    conversions::forget_before(connection, call.now() - KEPT).await?;
    let source = format!("{to} {} {}", sent.representation, sent.value);
    let same =
        if allow_cache { conversions::find_same(connection, &call.account_id, &source).await? } else { None };
    let conversion = Conversion {
        id: same.map_or_else(|| call.new_uuid(), |same| same.id),
        account_id: call.account_id.clone(),
        source,
        representation: to.to_owned(),
        value,
        ready_at: call.now() + DURATION,
    };
    conversions::save(connection, &conversion).await?;
    Ok(conversion.id)
}

/// Finds a conversion whose result is still kept.
async fn live(
    call: &Call,
    connection: &mut SqliteConnection,
    id: &str,
) -> Result<Option<Conversion>, Refusal> {
    let found = conversions::find(connection, id).await?;
    Ok(found.filter(|conversion| conversion.ready_at + KEPT > call.now()))
}

fn show(call: &Call, conversion: &Conversion) -> Value {
    if call.now() < conversion.ready_at {
        return json!({ "renderTaskId": conversion.id, "status": "WORKING" });
    }
    json!({
        "value": conversion.value,
        "representation": conversion.representation,
        "renderTaskId": conversion.id,
        "status": "COMPLETED",
        "_expandable": { "content": "", "embeddedContent": "", "webresource": "", "mediaToken": "" },
        "_links": { "base": call.base(), "context": "/wiki" },
    })
}
