//! Who calls: checks the access token of every call but the open ones.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use headwater_domain::audit::Actor;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::ClientId;
use headwater_domain::role::Roles;
use headwater_service::api_clients::ApiClients;
use headwater_service::caller::calling;
use headwater_service::core::Core;
use headwater_service::error::ServiceError;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use tonic::Code;
use tracing::Instrument as _;

pub(crate) use crate::protocol::grpc;
use crate::throttle::Throttle;
use crate::token_keys::TokenKeys;
use crate::{environment_url, error};

/// What authenticating needs.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) core: Core,
    pub(crate) api_clients: ApiClients,
    pub(crate) tokens: Arc<TokenKeys>,
    pub(crate) throttle: Arc<Throttle>,
}

/// Lets a call through when any of its `authorization` values is a valid token: the Python SDK sends two, of which
/// one can be stale.
pub(crate) async fn authenticate(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    match gate.caller(request.headers()).await {
        Ok(Some((caller, roles))) => {
            // What is logged from here on is about somebody who is known; see the log's bound on strangers.
            let span = tracing::info_span!("caller", client = %caller);
            calling(Actor::Client(caller), roles, next.run(request).instrument(span)).await
        }
        // Below /api and /proxy such a request gets here, and is no matter of access tokens.
        Ok(None) => environment_url::explain(&request, &gate.core.settings().url("")).unwrap_or_else(|| {
            refuse(
                &request,
                "the access token is missing, expired or not valid here; get one from /oauth/token",
            )
        }),
        Err(error) if grpc(request.headers()) => error::status(&error).into_http(),
        Err(error) => error::http(&error),
    }
}

impl Gate {
    /// The program that calls and what it may do, when it proved who it is.
    async fn caller(&self, headers: &HeaderMap) -> Result<Option<(ClientId, Roles)>, ServiceError> {
        for token in bearers(headers) {
            if let Some(verified) = self.tokens.verify(token).await
                && let Some(roles) = self.api_clients.roles(&verified.client).await?
            {
                return Ok(Some((verified.client.clone(), roles)));
            }
        }
        Ok(None)
    }
}

/// All bearer tokens, in order; some stacks join several headers with commas.
fn bearers(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(AUTHORIZATION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|value| value.trim().split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
}

fn refuse(request: &Request, message: &str) -> Response {
    if grpc(request.headers()) {
        return error::unauthenticated(message).into_http::<axum::body::Body>().into_response();
    }
    let mut response =
        error::json(StatusCode::UNAUTHORIZED, Code::Unauthenticated, ErrorCode::Unauthenticated, message);
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bearer_token_is_looked_at() {
        let mut headers = HeaderMap::new();
        for value in ["Bearer one", "bearer two, Bearer three", "Basic x", "Bearer", ""] {
            headers.append(AUTHORIZATION, HeaderValue::from_static(value));
        }
        assert_eq!(bearers(&headers).collect::<Vec<_>>(), ["one", "two", "three"]);
    }
}
