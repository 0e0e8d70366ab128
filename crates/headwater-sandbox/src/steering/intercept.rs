//! Middleware in front of every route: numbers requests, logs those to the token endpoint, and applies faults.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Extract};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::Value;

use super::cut_body::{CutBody, Piece};
use crate::clock::Clock as _;
use crate::control::{
    Asked, Event, FaultDelay, FaultOutcome, FaultPhase, FaultStep, RequestNumber, TokenMark, within_site,
};
use crate::operations;
use crate::request::Query;
use crate::state::State;

const TOKEN_PATH: &str = "/oauth/token";
/// The largest body of a token request, in bytes. Real ones are far smaller.
const TOKEN_BODY_LIMIT: usize = 256 * 1024;

/// A request to the token endpoint, as far as it could be read.
#[derive(Default)]
struct TokenRequest {
    grant_type: Option<String>,
    client: Option<String>,
    refresh_token: Option<String>,
}

/// A request without a reply so far. Dropping it notes that its client went away.
struct Unanswered<'a> {
    state: &'a State,
    number: RequestNumber,
    is_noted: bool,
}

/// Handles a request on its way in and its reply on the way out.
pub(crate) async fn intercept(Extract(state): Extract<State>, mut request: Request, next: Next) -> Response {
    let number = state.control.ledger.next_request();
    request.extensions_mut().insert(number);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let is_token = method == Method::POST && path == TOKEN_PATH;
    let mut grant_type = None;
    if is_token {
        // Read here, so that the log has what was presented even if a fault drops the request.
        let (parts, body) = request.into_parts();
        let Ok(bytes) = to_bytes(body, TOKEN_BODY_LIMIT).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        let asked = TokenRequest::read(&bytes);
        note_received(&state, number, &asked).await;
        grant_type = asked.grant_type;
        request = Request::from_parts(parts, Body::from(bytes));
    }
    let mut unanswered = Unanswered { state: &state, number, is_noted: !is_token };
    let asked = Asked { method: &method, path: &path, grant_type: grant_type.as_deref() };
    let response = match state.control.strike(&asked) {
        Some((name, step)) => {
            let event = Event::FaultApplied {
                fault: name,
                method: method.to_string(),
                path: path.clone(),
                operation: operations::name_of(&method, within_site(&path)),
                phase: if step.phase == FaultPhase::Before { "before" } else { "after" },
                outcome: step.outcome.word(),
            };
            state.control.ledger.note(state.clock.now_ms(), Some(number), event);
            apply_step(&state, step, request, next).await
        }
        None => perform(request, next).await,
    };
    unanswered.answered(&response);
    response
}

/// Performs the request to its end, also when the client goes away meanwhile, as the vendor would.
async fn perform(request: Request, next: Next) -> Response {
    let work = tokio::spawn(next.run(request));
    work.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

async fn apply_step(state: &State, step: FaultStep, request: Request, next: Next) -> Response {
    match step.phase {
        FaultPhase::Before => {
            delay(state, &step.delay).await;
            match step.outcome {
                // These two take the place of the effect; the others only change how its reply arrives.
                FaultOutcome::Answer(answer) => answer.into_response(),
                FaultOutcome::Drop => dropped(),
                outcome => apply_outcome(state, outcome, perform(request, next).await).await,
            }
        }
        FaultPhase::After => {
            let response = perform(request, next).await;
            delay(state, &step.delay).await;
            apply_outcome(state, step.outcome, response).await
        }
    }
}

async fn delay(state: &State, delay: &FaultDelay) {
    match delay {
        FaultDelay::None => {}
        FaultDelay::Clock(duration) => {
            let milliseconds = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
            let clock = &state.control.clock;
            clock.reach(clock.now_ms().saturating_add(milliseconds)).await;
        }
        FaultDelay::Held(name) => state.control.holds.stay(name).await,
    }
}

/// Applies the outcome of a fault to the real reply.
async fn apply_outcome(state: &State, outcome: FaultOutcome, response: Response) -> Response {
    let (after_bytes, hold) = match outcome {
        FaultOutcome::Proceed => return response,
        FaultOutcome::Answer(answer) => return answer.into_response(),
        FaultOutcome::Drop => return dropped(),
        FaultOutcome::Truncate { after_bytes } => {
            let (mut parts, bytes) = take_apart(response).await;
            parts.headers.remove(http::header::CONTENT_LENGTH);
            return Response::from_parts(parts, Body::from(bytes.slice(..after_bytes.min(bytes.len()))));
        }
        FaultOutcome::Drip { pause } => return drip(state, pause, response).await,
        FaultOutcome::Reset { after_bytes } => (after_bytes, None),
        FaultOutcome::Stall { after_bytes, hold } => (after_bytes, Some(hold)),
    };
    let (mut parts, bytes) = take_apart(response).await;
    // The head promises the whole body.
    parts.headers.insert(http::header::CONTENT_LENGTH, bytes.len().into());
    let cut = after_bytes.min(bytes.len());
    let mut pieces = vec![Piece::Data(bytes.slice(..cut)), Piece::Flush];
    match hold {
        None => pieces.push(Piece::Break),
        Some(name) => {
            let control = state.control.clone();
            pieces.push(Piece::Wait(Box::pin(async move { control.holds.stay(&name).await })));
            pieces.push(Piece::Data(bytes.slice(cut..)));
        }
    }
    Response::from_parts(parts, Body::new(CutBody::new(pieces)))
}

/// Sends the reply byte by byte.
async fn drip(state: &State, pause: Duration, response: Response) -> Response {
    let (mut parts, bytes) = take_apart(response).await;
    parts.headers.insert(http::header::CONTENT_LENGTH, bytes.len().into());
    let pause = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
    let mut pieces = Vec::new();
    for place in 0..bytes.len() {
        let control = state.control.clone();
        pieces.push(Piece::Data(bytes.slice(place..=place)));
        pieces.push(Piece::Flush);
        pieces.push(Piece::Wait(Box::pin(async move {
            control.clock.reach(control.clock.now_ms().saturating_add(pause)).await;
        })));
    }
    Response::from_parts(parts, Body::new(CutBody::new(pieces)))
}

async fn take_apart(response: Response) -> (http::response::Parts, Bytes) {
    let (parts, body) = response.into_parts();
    (parts, to_bytes(body, usize::MAX).await.unwrap_or_default())
}

/// Returns a reply whose body fails before its head was sent: the server closes the connection without a byte.
fn dropped() -> Response {
    Response::new(Body::new(CutBody::new([Piece::Break])))
}

async fn note_received(state: &State, number: RequestNumber, asked: &TokenRequest) {
    let token = match &asked.refresh_token {
        Some(token) => Some(TokenMark::of_refresh(&state.storage, token).await),
        None => None,
    };
    let event = Event::TokenRequestReceived {
        grant_type: asked.grant_type.clone(),
        client: asked.client.clone(),
        token,
    };
    state.control.ledger.note(state.clock.now_ms(), Some(number), event);
}

impl TokenRequest {
    fn read(body: &[u8]) -> Self {
        let json: Option<Value> = serde_json::from_slice(body).ok();
        let form = Query::parse(&String::from_utf8_lossy(body));
        let member = |name: &str| {
            let value = match &json {
                Some(json) => json.get(name).and_then(Value::as_str),
                None => form.first(name),
            };
            value.map(str::to_owned)
        };
        Self {
            grant_type: member("grant_type"),
            client: member("client_id"),
            refresh_token: member("refresh_token"),
        }
    }
}

impl Unanswered<'_> {
    fn answered(&mut self, response: &Response) {
        if !self.is_noted {
            let event = Event::TokenRequestAnswered { status: response.status().as_u16() };
            self.note(event);
        }
    }

    fn note(&mut self, event: Event) {
        self.is_noted = true;
        self.state.control.ledger.note(self.state.clock.now_ms(), Some(self.number), event);
    }
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        if !self.is_noted {
            self.note(Event::TokenRequestAbandoned);
        }
    }
}
