//! What strangers may send: requests to routes that need no access token.
//!
//! Their bodies are small, have little time, and are few at a time: in total, and on one connection. Each is read whole
//! before anybody looks at it, so that nothing behind this door waits for a stranger.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use axum::{Router, middleware};
use headwater_domain::bounds::{OPEN_BODIES, OPEN_BODIES_PER_CONNECTION, OPEN_BODY_BYTES, OPEN_BODY_TIME};
use http::header::{CONNECTION, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use http_body::Body as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use parking_lot::Mutex;
use serde_json::json;
use tokio::time::timeout;

use crate::error::json_body;

/// Bounds the bodies of strangers. Clones count together.
#[derive(Clone, Default)]
pub struct OpenDoor {
    places: Arc<Mutex<Places>>,
}

#[derive(Default)]
struct Places {
    taken: usize,
    by_connection: HashMap<SocketAddr, u32>,
}

/// A place for one body; given back when dropped.
struct Place {
    door: OpenDoor,
    connection: Option<SocketAddr>,
}

impl OpenDoor {
    /// Puts the door in front of every route of `router`.
    pub fn before(self, router: Router) -> Router {
        router.layer(middleware::from_fn_with_state(self, enter))
    }

    fn take(&self, connection: Option<SocketAddr>) -> Option<Place> {
        let mut places = self.places.lock();
        if places.taken >= OPEN_BODIES {
            return None;
        }
        if let Some(connection) = connection {
            let held = places.by_connection.entry(connection).or_default();
            if *held >= OPEN_BODIES_PER_CONNECTION {
                return None;
            }
            *held += 1;
        }
        places.taken += 1;
        Some(Place { door: self.clone(), connection })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.door.places.lock();
        places.taken = places.taken.saturating_sub(1);
        let Some(connection) = self.connection else { return };
        if let Some(held) = places.by_connection.get_mut(&connection) {
            *held = held.saturating_sub(1);
            if *held == 0 {
                places.by_connection.remove(&connection);
            }
        }
    }
}

async fn enter(State(door): State<OpenDoor>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let body = if body.is_end_stream() {
        Bytes::new()
    } else {
        let connection = head.extensions.get::<ConnectInfo<SocketAddr>>().map(|it| it.0);
        let Some(place) = door.take(connection) else { return crowded() };
        let read = timeout(OPEN_BODY_TIME, Limited::new(body, OPEN_BODY_BYTES).collect()).await;
        drop(place);
        match read {
            Ok(Ok(read)) => read.to_bytes(),
            Ok(Err(error)) if error.is::<LengthLimitError>() => return too_large(),
            Ok(Err(_)) => return refusal(StatusCode::BAD_REQUEST, "the body broke off"),
            Err(_) => return late(),
        }
    };
    next.run(Request::from_parts(head, Body::from(body))).await
}

fn crowded() -> Response {
    let message = "too many requests with bodies are on their way at once; send them one after the other";
    let mut response = refusal(StatusCode::TOO_MANY_REQUESTS, message);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

fn too_large() -> Response {
    let message = format!("the body must not be larger than {OPEN_BODY_BYTES} bytes");
    refusal(StatusCode::PAYLOAD_TOO_LARGE, &message)
}

fn late() -> Response {
    let message = format!("the body did not arrive within {} seconds", OPEN_BODY_TIME.as_secs());
    let mut response = refusal(StatusCode::REQUEST_TIMEOUT, &message);
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// In the form of the token endpoint (RFC 6749 §5.2), which most of these requests are for.
fn refusal(status: StatusCode, description: &str) -> Response {
    let code =
        if status == StatusCode::TOO_MANY_REQUESTS { "temporarily_unavailable" } else { "invalid_request" };
    json_body(status, &json!({ "error": code, "error_description": description }))
}
