//! The gateway: `/ex/confluence/{cloudId}/...`. It checks the token, the site and the scopes before it looks at
//! anything else, and gives every answer the headers of the vendor's edge. The same operations answer at the site's own
//! address.

mod edge;
mod rates;
mod refusals;
mod site;

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Extract};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};

pub(crate) use self::edge::add_edge_headers;
use self::rates::{Asked, Rates};
pub(crate) use self::refusals::{scope_mismatch, unauthorized};
pub(crate) use self::site::asked as asked_site;
use crate::control::{Event, TokenMark};
use crate::operations;
use crate::request::{Call, Query, Refusal};
use crate::rest::{Match, Routes};
use crate::rules::ZeroLimit;
use crate::state::State;
use crate::storage::sites::Site;
use crate::storage::tokens::{AccessToken, Standing};
use crate::storage::{grants, tokens};

/// The largest body of a request, in bytes. The vendor refuses larger ones.
const BODY_LIMIT: usize = 5 * 1024 * 1024;
/// The largest upload, in bytes: a site allows 100 megabytes unless its administrator says otherwise.
const UPLOAD_LIMIT: usize = 100 * 1024 * 1024;

#[derive(Clone)]
struct Gateway {
    state: State,
    routes: Arc<Routes>,
    rates: Arc<Rates>,
}

/// The caller of a request: a user on a site, directly or through an app.
struct Caller {
    account_id: String,
    site: Site,
    /// The app that calls, and the scopes of its token. Programs that use an API token have no limits.
    app: Option<App>,
}

struct App {
    client_id: String,
    scope: String,
}

/// The routes of the gateway.
pub(crate) fn router(state: State) -> Router {
    let gateway = Gateway { state, routes: Arc::new(Routes::new()), rates: Arc::default() };
    Router::new()
        .route("/ex/confluence/{cloud_id}", any(serve))
        .route("/ex/confluence/{cloud_id}/{*path}", any(serve))
        .route("/wiki/rest/{*path}", any(serve))
        .route("/wiki/api/{*path}", any(serve))
        .route("/wiki/download/{*path}", any(serve))
        .with_state(gateway)
}

/// The token of an `Authorization: Bearer` header.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Returns the access token of a request, if it is good. The log notes it in any case.
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
    add_edge_headers(&gateway.state, response.headers_mut());
    if parts.method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

impl Gateway {
    /// Reads the query. A limit of zero is removed where it means the default.
    fn query(&self, parts: &Parts, below_wiki: &str) -> Query {
        let query = Query::parse(parts.uri.query().unwrap_or_default());
        let is_zero = below_wiki.starts_with("/api/v2/") && query.first("limit") == Some("0");
        if is_zero && self.state.control.switches().content.zero_limit == ZeroLimit::Default {
            return Query::parse(&query.without(&["limit"]));
        }
        query
    }

    async fn answer(&self, parts: &Parts, body: Body) -> Result<Response, Refusal> {
        let through_gateway = split(parts.uri.path());
        let path = through_gateway.map_or(Cow::Borrowed(parts.uri.path()), |(_, path)| of_site(path));
        let path = path.as_ref();
        if parts.method == Method::PATCH {
            return Err(refusals::patch());
        }
        if refusals::looks_forged(parts) {
            return Err(refusals::forged());
        }
        let Caller { account_id, site, app } = if let Some((cloud_id, _)) = through_gateway {
            self.caller(parts, cloud_id, path).await?
        } else {
            let (account_id, site) = site::caller(&self.state, parts).await?;
            Caller { account_id, site, app: None }
        };
        let Some(below_wiki) = path.strip_prefix("/wiki") else {
            return Err(refusals::no_mapping(&self.state, parts.uri.path()));
        };
        match self.routes.find(&parts.method, below_wiki) {
            Match::Found(route, parameters) if app.is_none() || route.operation.is_for_apps() => {
                let is_covered =
                    |app: &App| route.operation.allows(&app.scope.split_whitespace().collect::<Vec<_>>());
                if !app.as_ref().is_none_or(is_covered) {
                    return Err(scope_mismatch());
                }
                // The quotas are for apps.
                let asked = app.map(|app| Asked {
                    rules: self.state.control.switches().rates,
                    now: self.state.clock.now_ms(),
                    client_id: app.client_id,
                    operation: format!("{} {} {}", site.cloud_id, parts.method, route.operation.pattern),
                    method: &parts.method,
                    path: below_wiki,
                });
                if let Some(asked) = &asked {
                    self.rates.admit(asked)?;
                }
                let call = Call {
                    state: self.state.clone(),
                    site,
                    account_id,
                    unlocked: false,
                    path: path.to_owned(),
                    parameters,
                    query: self.query(parts, below_wiki),
                    headers: parts.headers.clone(),
                    body: to_bytes(body, limit(path)).await.map_err(|_| refusals::too_large())?,
                };
                // The operation consumes the call, and the log is written after it.
                let writer = (call.account_id.clone(), call.site.cloud_id.clone());
                let reply = route.answer(call).await.unwrap_or_else(IntoResponse::into_response);
                self.note_write(parts, path, writer, reply.status());
                Ok(match asked {
                    Some(asked) => self.rates.charge(&asked, reply).await,
                    None => reply,
                })
            }
            Match::OtherMethod => Err(refusals::other_method(&parts.method, path)),
            // An operation that is not for apps does not exist for them.
            Match::Found(..) | Match::Nothing => Err(refusals::no_such_path(&site, path, &parts.headers)),
        }
    }

    /// Notes in the log that a request changed something.
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
            operation: operations::name_of(&parts.method, path),
            status: status.as_u16(),
        };
        self.state.control.ledger.note(self.state.clock.now_ms(), parts.extensions.get().copied(), event);
    }

    /// Returns the user, app and site of a request's access token. Fails when the token is not good, or not for
    /// this site.
    async fn caller(&self, parts: &Parts, cloud_id: &str, path: &str) -> Result<Caller, Refusal> {
        let stale = || refusals::stale(self.state.control.switches().stale_tokens, path);
        let token = access(&self.state, parts).await?.ok_or_else(stale)?;
        let mut tx = self.state.storage.begin().await?;
        let grant = grants::find(&mut tx, &token.grant_id).await?.ok_or_else(stale)?;
        let sites = grants::sites(&mut tx, &token.grant_id).await?;
        let site = sites.into_iter().find(|site| site.cloud_id == cloud_id);
        let site = site.ok_or_else(|| refusals::no_mapping(&self.state, parts.uri.path()))?;
        let app = Some(App { client_id: grant.client_id, scope: token.scope });
        Ok(Caller { account_id: grant.account_id, site, app })
    }
}

/// Returns the largest body of a request to this path, in bytes.
fn limit(path: &str) -> usize {
    if path.contains("/child/attachment") { UPLOAD_LIMIT } else { BODY_LIMIT }
}

/// Returns a path of the gateway as the site knows it. The vendor's pages for developers leave out `/wiki`, and
/// what is sent so arrives.
fn of_site(path: &str) -> Cow<'_, str> {
    let is_short = path.starts_with("/rest/api/") || path.starts_with("/api/v2/");
    if is_short { Cow::Owned(format!("/wiki{path}")) } else { Cow::Borrowed(path) }
}

/// Splits `/ex/confluence/{cloudId}/rest/of/path` into the cloud id and the rest, which keeps its slash.
fn split(path: &str) -> Option<(&str, &str)> {
    let behind = path.strip_prefix("/ex/confluence/")?;
    Some(match behind.find('/') {
        Some(at) => behind.split_at(at),
        None => (behind, ""),
    })
}
