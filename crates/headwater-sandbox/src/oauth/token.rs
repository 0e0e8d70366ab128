//! `/oauth/token`: codes and refresh tokens become pairs of tokens.
//!
//! A refresh token works once. For ten minutes after that it works again, as long as nothing it was exchanged for
//! has been exchanged itself: that is how a client survives a reply that got lost. What it gives then, and what it
//! does to its family when it comes later, are rules that can be switched.

mod refused;
mod request;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, State as Extract};
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use self::refused::{Refused, malformed};
use self::request::Request;
use super::jwt::{self, Claims};
use super::pkce;
use crate::control::{Event, RequestNumber, TokenMark};
use crate::gateway;
use crate::random;
use crate::rules::{LateRefresh, RepeatedRefresh, Rotation, TokenRules, milliseconds};
use crate::state::State;
use crate::storage::clients;
use crate::storage::grants::{self, Chosen, Grant};
use crate::storage::tokens::{self, AccessToken, RefreshToken};
use crate::withdrawal::family_ended;

/// The time for which expired rows are kept, in milliseconds.
const SWEEP_AFTER_MS: i64 = 24 * 60 * 60 * 1000;

/// Exchanges a code or a refresh token.
pub(super) async fn exchange(
    Extract(state): Extract<State>,
    Extension(number): Extension<RequestNumber>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // One decision after the other, each with its entry, so that the log is in the order of the decisions.
    let order = state.control.ledger.token_order.lock().await;
    let decided = decide(&state, &headers, &body).await;
    let now = state.clock.now_ms();
    let mut response = match decided {
        Ok(done) => {
            state.control.ledger.note(now, Some(number), done.event);
            Json(done.pair).into_response()
        }
        Err(refused) => refused.note(&state, number),
    };
    drop(order);
    response.headers_mut().insert(CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    gateway::add_edge_headers(&state, response.headers_mut());
    response
}

/// An exchange that took place.
struct Done {
    pair: Value,
    event: Event,
}

async fn decide(state: &State, headers: &HeaderMap, body: &[u8]) -> Result<Done, Refused> {
    let request = Request::read(headers, body)?;
    let grant_type = request.required("grant_type")?;
    let client_id = request.required("client_id")?;
    let client_secret = request.required("client_secret")?;
    let mut tx = state.storage.begin().await?;
    let client = clients::find(&mut tx, &client_id).await?;
    if client.is_none_or(|client| client.client_secret != client_secret) {
        let refused = Refused::new("wrong_client", StatusCode::UNAUTHORIZED, "access_denied", "Unauthorized");
        return Err(refused.of(&client_id));
    }
    let now = state.clock.now_ms();
    // Swept here, because no job runs beside the requests.
    tokens::sweep(&mut tx, now - SWEEP_AFTER_MS).await?;
    let rules = state.control.switches().tokens;
    let exchange = Exchange { state, client_id: &client_id, now, rules };
    let done = match grant_type.as_str() {
        "authorization_code" => exchange.code(&mut tx, &request).await,
        "refresh_token" => exchange.refresh(&mut tx, &request).await,
        other => {
            let text = format!("grant_type must be authorization_code or refresh_token, not {other}");
            Err(Refused::new("unknown_grant_type", StatusCode::BAD_REQUEST, "unsupported_grant_type", &text))
        }
    };
    // A refused exchange is kept too: a code that was tried is spent, a family that was ended stays ended.
    tx.commit().await?;
    done.map_err(|refused| refused.of(&client_id))
}

struct Exchange<'a> {
    state: &'a State,
    client_id: &'a str,
    now: i64,
    rules: TokenRules,
}

impl Exchange<'_> {
    async fn code(&self, connection: &mut SqliteConnection, request: &Request) -> Result<Done, Refused> {
        let invalid = |reason| {
            Refused::new(reason, StatusCode::FORBIDDEN, "invalid_grant", "Invalid authorization code")
        };
        let given = request.required("code")?;
        let redirect_uri = request.required("redirect_uri")?;
        let code = tokens::take_code(connection, &given).await?.ok_or_else(|| invalid("unknown_code"))?;
        let grant = grants::find(connection, &code.grant_id).await?;
        let grant = grant
            .filter(|grant| grant.client_id == self.client_id && grant.revoked_at.is_none())
            .ok_or_else(|| invalid("no_standing_grant"))?;
        if code.expires_at <= self.now {
            return Err(invalid("code_too_old"));
        }
        if code.redirect_uri != redirect_uri {
            return Err(invalid("other_redirect_uri"));
        }
        if !pkce::answers(code.code_challenge.as_deref(), request.get("code_verifier").as_deref()) {
            return Err(invalid("wrong_verifier"));
        }
        let wants_refresh = grant.scope.split_whitespace().any(|scope| scope == "offline_access");
        let refresh =
            if wants_refresh { Some(self.refresh_token(connection, &grant, None).await?) } else { None };
        let access = self.access_token(connection, &grant, refresh.as_ref()).await?;
        let event = Event::CodeExchanged {
            family: grant.grant_id,
            client: grant.client_id,
            access: TokenMark::access(&access),
            refresh: refresh.as_ref().map(TokenMark::refresh),
        };
        Ok(Done { pair: self.pair(&access, refresh.as_ref()), event })
    }

    async fn refresh(&self, connection: &mut SqliteConnection, request: &Request) -> Result<Done, Refused> {
        let given = request.required("refresh_token")?;
        let Some(token) = tokens::find_refresh(connection, &given).await? else {
            return Err(Refused::unknown("unknown_token").presenting(TokenMark::unknown(&given)));
        };
        let mark = TokenMark::refresh(&token);
        let Some(grant) = grants::find(connection, &token.grant_id).await? else {
            return Err(Refused::unknown("unknown_token").presenting(mark));
        };
        if let Some(refused) = self.refusal(connection, &token, &grant).await? {
            return Err(refused.presenting(mark));
        }
        let repeated = token.rotated_at;
        let (access, refresh) = self.successors(connection, &token, &grant).await?;
        let event = Event::Refreshed {
            family: grant.grant_id,
            client: grant.client_id,
            presented: mark,
            repeated: repeated.is_some(),
            since_first_ms: repeated.map(|at| self.now - at),
            access: TokenMark::access(&access),
            refresh: refresh.as_ref().map(TokenMark::refresh),
        };
        Ok(Done { pair: self.pair(&access, refresh.as_ref()), event })
    }

    /// Returns the reason why a refresh token is not exchanged, if there is one.
    async fn refusal(
        &self,
        connection: &mut SqliteConnection,
        token: &RefreshToken,
        grant: &Grant,
    ) -> Result<Option<Refused>, Refused> {
        if grant.client_id != self.client_id {
            return Ok(Some(Refused::unknown("other_client")));
        }
        if grant.revoked_at.is_some() {
            return Ok(Some(Refused::ended("family_ended")));
        }
        if self.now - token.created_at > milliseconds(self.rules.idle_seconds) {
            return Ok(Some(Refused::ended("idle_too_long")));
        }
        if self.now - grant.created_at > milliseconds(self.rules.family_seconds) {
            return Ok(Some(Refused::ended("family_too_old")));
        }
        let Some(rotated_at) = token.rotated_at else { return Ok(None) };
        // Within the leeway an exchanged token is accepted again, for clients that lost the reply. One that has exchanged
        // its successor has had it.
        let reason = if self.now - rotated_at > milliseconds(self.rules.leeway_seconds) {
            "after_leeway"
        } else if tokens::has_rotated_successor(connection, &token.token).await? {
            "not_the_previous_one"
        } else {
            return Ok(None);
        };
        Ok(Some(self.late(connection, grant, reason).await?))
    }

    /// Refuses a refresh token that came too late; the rules say whether its family ends.
    async fn late(
        &self,
        connection: &mut SqliteConnection,
        grant: &Grant,
        reason: &'static str,
    ) -> Result<Refused, Refused> {
        let mut chosen = Chosen::default();
        match self.rules.late_refresh {
            LateRefresh::Refused => return Ok(Refused::unknown(reason)),
            LateRefresh::EndsFamily => chosen.grant_id = Some(grant.grant_id.clone()),
            LateRefresh::EndsGrants => {
                chosen.account_id = Some(grant.account_id.clone());
                chosen.client_id = Some(grant.client_id.clone());
            }
        }
        let ended = grants::revoke(connection, &chosen, self.now).await?;
        let events = ended.into_iter().map(|grant| family_ended(grant, "late_refresh")).collect();
        Ok(Refused::ended(reason).with(events))
    }

    /// Returns the tokens that a good refresh token is exchanged for.
    async fn successors(
        &self,
        connection: &mut SqliteConnection,
        token: &RefreshToken,
        grant: &Grant,
    ) -> Result<(AccessToken, Option<RefreshToken>), Refused> {
        if self.rules.rotation == Rotation::Never {
            return Ok((self.access_token(connection, grant, Some(token)).await?, None));
        }
        if token.rotated_at.is_some()
            && self.rules.repeated_refresh == RepeatedRefresh::SamePair
            && let Some((access, refresh)) = tokens::successor(connection, &token.token).await?
        {
            return Ok((access, Some(refresh)));
        }
        tokens::mark_rotated(connection, &token.token, self.now).await?;
        // The access token that is replaced stays good for as long as the exchange can be repeated.
        let leeway_ends_at = self.now + milliseconds(self.rules.leeway_seconds);
        tokens::end_access_of(connection, &token.token, leeway_ends_at).await?;
        let refresh = self.refresh_token(connection, grant, Some(token)).await?;
        Ok((self.access_token(connection, grant, Some(&refresh)).await?, Some(refresh)))
    }

    async fn refresh_token(
        &self,
        connection: &mut SqliteConnection,
        grant: &Grant,
        predecessor: Option<&RefreshToken>,
    ) -> Result<RefreshToken, Refused> {
        let refresh = RefreshToken {
            token: random::token(&*self.state.random),
            grant_id: grant.grant_id.clone(),
            predecessor: predecessor.map(|token| token.token.clone()),
            generation: predecessor.map_or(0, |token| token.generation + 1),
            created_at: self.now,
            rotated_at: None,
        };
        tokens::insert_refresh(connection, &refresh).await?;
        Ok(refresh)
    }

    async fn access_token(
        &self,
        connection: &mut SqliteConnection,
        grant: &Grant,
        refresh: Option<&RefreshToken>,
    ) -> Result<AccessToken, Refused> {
        let expires_at = self.now + milliseconds(self.rules.access_token_seconds);
        let claims = Claims {
            account_id: &grant.account_id,
            client_id: &grant.client_id,
            scope: &grant.scope,
            issued_at: self.now,
            expires_at,
        };
        let access = AccessToken {
            token: jwt::issue(&*self.state.random, &claims),
            grant_id: grant.grant_id.clone(),
            scope: grant.scope.clone(),
            refresh_token: refresh.map(|refresh| refresh.token.clone()),
            generation: refresh.map_or(0, |refresh| refresh.generation),
            expires_at,
        };
        tokens::insert_access(connection, &access).await?;
        Ok(access)
    }

    /// Builds the reply. Without `offline_access` there is no refresh token in it.
    fn pair(&self, access: &AccessToken, refresh: Option<&RefreshToken>) -> Value {
        let mut pair = json!({
            "access_token": access.token,
            "expires_in": (access.expires_at - self.now) / 1000,
            "token_type": "Bearer",
            "scope": access.scope,
        });
        if let (Some(pair), Some(refresh)) = (pair.as_object_mut(), refresh) {
            pair.insert("refresh_token".to_owned(), json!(refresh.token));
        }
        pair
    }
}

impl Request {
    fn required(&self, name: &str) -> Result<String, Refused> {
        self.get(name).ok_or_else(|| malformed(&format!("Missing required parameter: {name}")))
    }
}
