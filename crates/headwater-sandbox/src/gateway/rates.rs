//! Rate limits: points that apps spend by the hour, and bursts of requests to one operation. Hours and seconds are
//! those of the clock; nothing is carried over.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::response::{Html, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use crate::request::Refusal;
use crate::rules::{RateRefusal, RateRules};
use crate::timestamp;

const TOO_MANY: &str = "<html><head><title>429 Too Many Requests</title></head><body><h1>429 Too Many Requests</h1></body></html>";
const SECOND: i64 = 1000;
const HOUR: i64 = 3600 * SECOND;

/// The requests and points of the current second and hour.
#[derive(Default)]
pub(super) struct Rates(Mutex<Counters>);

#[derive(Default)]
struct Counters {
    hour: i64,
    /// Points by app.
    spent: HashMap<String, u64>,
    second: i64,
    /// Requests by site and operation.
    asked: HashMap<String, u32>,
}

/// One request, as far as limits look at it.
#[derive(Clone, Debug)]
pub(super) struct Asked<'a> {
    pub(super) rules: RateRules,
    pub(super) now: i64,
    pub(super) client_id: String,
    /// The site and the operation.
    pub(super) operation: String,
    pub(super) method: &'a Method,
    pub(super) path: &'a str,
}

impl Rates {
    /// Admits a request, or refuses it until the limit is reset.
    pub(super) fn admit(&self, asked: &Asked<'_>) -> Result<(), Refusal> {
        let mut counters = self.current(asked.now);
        if let Some(limit) = asked.rules.requests_per_second {
            let count = counters.asked.entry(asked.operation.clone()).or_default();
            *count = count.saturating_add(1);
            if *count > limit {
                return Err(refuse(asked, limit, SECOND, "confluence-burst-based"));
            }
        }
        // The request that crosses the limit is still answered: its points are only known by its reply.
        if let Some(limit) = asked.rules.points_per_hour
            && counters.spent.get(&asked.client_id).is_some_and(|spent| *spent >= u64::from(limit))
        {
            return Err(refuse(asked, limit, HOUR, "confluence-quota-global-based"));
        }
        Ok(())
    }

    /// Charges points for a reply, and adds headers with what is left.
    pub(super) async fn charge(&self, asked: &Asked<'_>, response: Response) -> Response {
        let Some(limit) = asked.rules.points_per_hour else { return response };
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let succeeded = parts.status.is_success();
        let points = if succeeded { points(asked.method, asked.path, &bytes) } else { 1 };
        let spent = {
            let mut counters = self.current(asked.now);
            let spent = counters.spent.entry(asked.client_id.clone()).or_default();
            *spent = spent.saturating_add(points);
            *spent
        };
        let mut response = Response::from_parts(parts, Body::from(bytes));
        tell(response.headers_mut(), limit, u64::from(limit).saturating_sub(spent), asked.now);
        response
    }

    /// Returns the counters of this hour and this second.
    fn current(&self, now: i64) -> MutexGuard<'_, Counters> {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counters.hour != now.div_euclid(HOUR) {
            counters.hour = now.div_euclid(HOUR);
            counters.spent.clear();
        }
        if counters.second != now.div_euclid(SECOND) {
            counters.second = now.div_euclid(SECOND);
            counters.asked.clear();
        }
        counters
    }
}

/// Returns the points of a request: one, and for reads one more for each result, or two where results are about
/// people and permissions.
fn points(method: &Method, path: &str, body: &[u8]) -> u64 {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return 1;
    }
    let reply: Value = serde_json::from_slice(body).unwrap_or_default();
    let count = reply.get("results").and_then(Value::as_array).map_or(1, Vec::len);
    let is_about_people =
        ["/user", "/group", "permission", "/restriction", "role"].iter().any(|word| path.contains(word));
    let each = if is_about_people { 2 } else { 1 };
    1 + each * u64::try_from(count).unwrap_or(u64::MAX / 4)
}

fn tell(headers: &mut HeaderMap, limit: u32, left: u64, now: i64) {
    let until = (HOUR - now.rem_euclid(HOUR)) / SECOND;
    put(headers, "ratelimit-policy", &format!("\"global-app-quota\";q={limit};w=3600"));
    // The vendor says what is left only when it is little.
    if left * 5 < u64::from(limit) {
        put(headers, "ratelimit", &format!("\"global-app-quota\";r={left};t={until}"));
        put(headers, "x-ratelimit-nearlimit", "true");
    }
}

/// Refuses a request with 429 and the time after which to try again.
fn refuse(asked: &Asked<'_>, limit: u32, window: i64, reason: &str) -> Refusal {
    let now = asked.now;
    let reset = (now.div_euclid(window) + 1) * window;
    let wait = (reset - now + SECOND - 1) / SECOND;
    let mut headers = HeaderMap::new();
    put(&mut headers, "retry-after", &wait.max(1).to_string());
    put(&mut headers, "x-ratelimit-limit", &limit.to_string());
    put(&mut headers, "x-ratelimit-remaining", "0");
    put(&mut headers, "x-ratelimit-reset", &timestamp::iso(reset));
    put(&mut headers, "x-ratelimit-nearlimit", "true");
    put(&mut headers, "ratelimit-reason", reason);
    let status = StatusCode::TOO_MANY_REQUESTS;
    match asked.rules.refusal {
        RateRefusal::Json => {
            let body = json!({ "code": 429, "message": "Rate limit exceeded" });
            Refusal::answer((status, headers, Json(body)))
        }
        RateRefusal::Html => Refusal::answer((status, headers, Html(TOO_MANY))),
        RateRefusal::Empty => Refusal::answer((status, headers)),
    }
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
