//! Requests to a token endpoint (RFC 6749 §4.1.3 and §6, with JSON bodies as Atlassian documents them).

use bytes::Bytes;
use headwater_domain::connection::Connection;
use headwater_domain::secret::Secret;
use headwater_domain::time::Timestamp;
use headwater_domain::token_reply::{self, TokenRefusal, TokenSet};
use headwater_ports::upstream::UpstreamError;
use serde_json::json;

use crate::Service;
use crate::error::ServiceError;
use crate::provider_http::post_json;

/// Why a token request brought no tokens.
pub(crate) enum TokenFailure {
    /// The token endpoint answered with a refusal.
    Refused(TokenRefusal),
    /// No answer came.
    Unreachable(UpstreamError),
    /// We could not even ask.
    Ours(ServiceError),
}

impl From<ServiceError> for TokenFailure {
    fn from(error: ServiceError) -> Self {
        Self::Ours(error)
    }
}

/// Exchanges an authorization code. A code is never presented twice.
#[expect(
    clippy::disallowed_methods,
    reason = "the client secret and PKCE verifier are sent to the token endpoint"
)]
pub(crate) async fn exchange_code(
    service: &Service,
    connection: &Connection,
    code: &Secret,
    verifier: Option<&Secret>,
) -> Result<(TokenSet, Timestamp), TokenFailure> {
    let secret = service.client_secret(connection)?;
    let mut body = json!({
        "grant_type": "authorization_code",
        "client_id": connection.client_id,
        "client_secret": secret.expose(),
        "code": code.expose(),
        "redirect_uri": service.redirect_uri(&connection.id),
    });
    if let (Some(fields), Some(verifier)) = (body.as_object_mut(), verifier) {
        fields.insert("code_verifier".to_owned(), verifier.expose().into());
    }
    send(service, connection, &body).await
}

/// Buys the next token pair.
#[expect(
    clippy::disallowed_methods,
    reason = "the client secret and refresh token are sent to the token endpoint"
)]
pub(super) async fn refresh_pair(
    service: &Service,
    connection: &Connection,
    refresh_token: &Secret,
) -> Result<(TokenSet, Timestamp), TokenFailure> {
    let secret = service.client_secret(connection)?;
    let body = json!({
        "grant_type": "refresh_token",
        "client_id": connection.client_id,
        "client_secret": secret.expose(),
        "refresh_token": refresh_token.expose(),
    });
    send(service, connection, &body).await
}

/// Tells the operator whose secret is wrong, and what to do.
pub(crate) fn tell_of_wrong_secret(connection: &Connection, refusal: &TokenRefusal) {
    tracing::error!(
        connection = %connection.name,
        refusal = %refusal.summary(),
        "the provider does not accept the client id and secret of this connection: the secret is wrong, or was replaced in the \
         developer console. Enter the right one with `headwater connection update {} --client-secret-file -`",
        connection.name
    );
}

/// Asks the token endpoint with a code that nobody has issued, to learn what it says about the client secret. Nothing for
/// an answer that says nothing about it.
pub(crate) async fn try_client_secret(
    service: &Service,
    connection: &Connection,
) -> Result<Option<TokenRefusal>, TokenFailure> {
    let code = Secret::new("headwater-doctor-looks-whether-the-secret-is-right".to_owned());
    match exchange_code(service, connection, &code, None).await {
        Err(TokenFailure::Refused(refusal)) => Ok(Some(refusal)),
        Err(failure) => Err(failure),
        Ok(_) => Ok(None),
    }
}

async fn send(
    service: &Service,
    connection: &Connection,
    body: &serde_json::Value,
) -> Result<(TokenSet, Timestamp), TokenFailure> {
    let sent_at = service.now();
    let patience = service.settings().token_patience;
    let body = Bytes::from(body.to_string());
    let reply = post_json(service, &connection.endpoints.token, body, patience)
        .await
        .map_err(TokenFailure::Unreachable)?;
    let set =
        token_reply::read(reply.status, reply.retry_after, &reply.body).map_err(TokenFailure::Refused)?;
    Ok((set, sent_at))
}
