//! The gateway: `/ex/confluence/{cloudId}/...`. It checks the token, the site and the scopes before it looks at
//! anything else, and gives every answer the headers of the vendor's edge.

mod edge;
mod refusals;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Extract};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};

pub(crate) use self::edge::dress;
pub(crate) use self::refusals::{scope_mismatch, unauthorized};
use crate::control::{Event, TokenMark, operation};
use crate::rest::{self, Call, Match, Query, Refusal, Routes};
use crate::state::State;
use crate::storage::sites::Site;
use crate::storage::tokens::{AccessToken, Standing};
use crate::storage::{grants, tokens};

/// The vendor refuses bodies over five megabytes.
const BODY_LIMIT: usize = 5 * 1024 * 1024;
/// Files are larger: a site allows 100 megabytes unless its administrator says otherwise.
const UPLOAD_LIMIT: usize = 100 * 1024 * 1024;

#[derive(Clone)]
struct Gateway {
    state: State,
    routes: Arc<Routes>,
}

/// Who is asking, as far as the token tells.
struct Caller {
    account_id: String,
    scope: String,
    sites: Vec<Site>,
}

/// The routes of the gateway.
pub(crate) fn router(state: State) -> Router {
    let gateway = Gateway { state, routes: Arc::new(rest::routes()) };
    Router::new()
        .route("/ex/confluence/{cloud_id}", any(serve))
        .route("/ex/confluence/{cloud_id}/{*path}", any(serve))
        .with_state(gateway)
}

/// The token of an `Authorization: Bearer` header.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The access token of a request, if it is good. Good or not, the log is told.
pub(crate) async fn access(state: &State, parts: &Parts) -> Result<Option<AccessToken>, Refusal> {
    let Some(given) = bearer(&parts.headers) else { return Ok(None) };
    let now = state.clock.now_ms();
    let mut tx = state.storage.begin().await?;
    let standing = tokens::find_access(&mut tx, given, now).await?;
    drop(tx);
    let (token, word) = match &standing {
        Standing::Good(token) => (TokenMark::access(token), "good"),
        Standing::Expired(token) => (TokenMark::access(token), "expired"),
        Standing::Revoked(token) => (TokenMark::access(token), "revoked"),
        Standing::Unknown => (TokenMark::unknown(given), "unknown"),
    };
    let (method, path) = (parts.method.to_string(), parts.uri.path().to_owned());
    let event = Event::TokenPresented { token, standing: word, method, path };
    state.control.ledger.note(now, parts.extensions.get().copied(), event);
    Ok(match standing {
        Standing::Good(token) => Some(token),
        _ => None,
    })
}

async fn serve(Extract(gateway): Extract<Gateway>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut response = gateway.answer(&parts, body).await.unwrap_or_else(IntoResponse::into_response);
    dress(&gateway.state, response.headers_mut());
    if parts.method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

impl Gateway {
    async fn answer(&self, parts: &Parts, body: Body) -> Result<Response, Refusal> {
        let (cloud_id, path) = split(parts.uri.path());
        if parts.method == Method::PATCH {
            return Err(refusals::patch());
        }
        if refusals::looks_forged(parts) {
            return Err(refusals::forged());
        }
        let caller = self.caller(parts, path).await?;
        let site = caller.sites.iter().find(|site| site.cloud_id == cloud_id);
        let site = site.ok_or_else(|| refusals::no_mapping(&self.state, parts.uri.path()))?.clone();
        let Some(below_wiki) = path.strip_prefix("/wiki") else {
            return Err(refusals::no_mapping(&self.state, parts.uri.path()));
        };
        match self.routes.find(&parts.method, below_wiki) {
            Match::Found(route, parameters) => {
                let held: Vec<&str> = caller.scope.split_whitespace().collect();
                if !route.allows(&held) {
                    return Err(scope_mismatch());
                }
                let call = Call {
                    state: self.state.clone(),
                    site,
                    account_id: caller.account_id,
                    unlocked: false,
                    path: path.to_owned(),
                    parameters,
                    query: Query::parse(parts.uri.query().unwrap_or_default()),
                    headers: parts.headers.clone(),
                    body: to_bytes(body, limit(path)).await.map_err(|_| refusals::too_large())?,
                };
                let writer = (call.account_id.clone(), call.site.cloud_id.clone());
                let reply = route.answer(call).await?;
                self.note_write(parts, path, writer, reply.status());
                Ok(reply)
            }
            Match::OtherMethod => Err(refusals::other_method(&parts.method, path)),
            Match::Nothing => Err(refusals::no_such_path(&site, path, &parts.headers)),
        }
    }

    /// Tells the log of a request that changed something.
    fn note_write(&self, parts: &Parts, path: &str, writer: (String, String), status: StatusCode) {
        if matches!(parts.method, Method::GET | Method::HEAD) || !status.is_success() {
            return;
        }
        let (account, site) = writer;
        let event = Event::WriteApplied {
            account,
            site,
            method: parts.method.to_string(),
            path: path.to_owned(),
            operation: operation::of(&parts.method, path).map(|operation| operation.name),
            status: status.as_u16(),
        };
        self.state.control.ledger.note(self.state.clock.now_ms(), parts.extensions.get().copied(), event);
    }

    async fn caller(&self, parts: &Parts, path: &str) -> Result<Caller, Refusal> {
        let stale = || refusals::stale(self.state.control.switches().stale_tokens, path);
        let token = access(&self.state, parts).await?.ok_or_else(stale)?;
        let mut tx = self.state.storage.begin().await?;
        let grant = grants::find(&mut tx, &token.grant_id).await?.ok_or_else(stale)?;
        let sites = grants::sites(&mut tx, &token.grant_id).await?;
        Ok(Caller { account_id: grant.account_id, scope: token.scope, sites })
    }
}

/// The largest body of a request to this path.
fn limit(path: &str) -> usize {
    if path.contains("/child/attachment") { UPLOAD_LIMIT } else { BODY_LIMIT }
}

/// Takes `/ex/confluence/{cloudId}/rest/of/path` apart; the rest keeps its slash.
fn split(path: &str) -> (&str, &str) {
    let behind = path.strip_prefix("/ex/confluence/").unwrap_or_default();
    match behind.find('/') {
        Some(at) => behind.split_at(at),
        None => (behind, ""),
    }
}
