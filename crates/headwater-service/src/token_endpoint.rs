//! Requests to a token endpoint (RFC 6749 §4.1.3 and §6, with JSON bodies as Atlassian documents them).

use bytes::Bytes;
use headwater_domain::connection::Connection;
use headwater_domain::secret::Secret;
use headwater_domain::time::Timestamp;
use headwater_domain::token_reply::{self, TokenRefusal, TokenSet};
use headwater_ports::upstream::UpstreamError;
use serde_json::json;

use crate::connections::client_secret;
use crate::core::Core;
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

/// The token endpoints of all connections. Cheap to clone.
#[derive(Clone)]
pub(crate) struct TokenEndpoint {
    core: Core,
}

impl TokenEndpoint {
    pub(crate) fn new(core: Core) -> Self {
        Self { core }
    }

    /// Exchanges an authorization code. A code is never presented twice.
    #[expect(
        clippy::disallowed_methods,
        reason = "the client secret and PKCE verifier are sent to the token endpoint"
    )]
    pub(crate) async fn exchange_code(
        &self,
        connection: &Connection,
        code: &Secret,
        verifier: Option<&Secret>,
    ) -> Result<(TokenSet, Timestamp), TokenFailure> {
        let secret = client_secret(&self.core, connection)?;
        let mut body = json!({
            "grant_type": "authorization_code",
            "client_id": connection.client_id,
            "client_secret": secret.expose(),
            "code": code.expose(),
            "redirect_uri": self.core.settings().redirect_uri(&connection.id),
        });
        if let (Some(fields), Some(verifier)) = (body.as_object_mut(), verifier) {
            fields.insert("code_verifier".to_owned(), verifier.expose().into());
        }
        self.send(connection, &body).await
    }

    /// Exchanges a refresh token for the next token pair.
    #[expect(
        clippy::disallowed_methods,
        reason = "the client secret and refresh token are sent to the token endpoint"
    )]
    pub(crate) async fn refresh_pair(
        &self,
        connection: &Connection,
        refresh_token: &Secret,
    ) -> Result<(TokenSet, Timestamp), TokenFailure> {
        let secret = client_secret(&self.core, connection)?;
        let body = json!({
            "grant_type": "refresh_token",
            "client_id": connection.client_id,
            "client_secret": secret.expose(),
            "refresh_token": refresh_token.expose(),
        });
        self.send(connection, &body).await
    }

    /// Asks the token endpoint with a code that nobody has issued, to learn what it says about the client secret. Nothing for
    /// an answer that says nothing about it.
    pub(crate) async fn try_client_secret(
        &self,
        connection: &Connection,
    ) -> Result<Option<TokenRefusal>, TokenFailure> {
        let code = Secret::new("headwater-doctor-looks-whether-the-secret-is-right".to_owned());
        match self.exchange_code(connection, &code, None).await {
            Err(TokenFailure::Refused(refusal)) => Ok(Some(refusal)),
            Err(failure) => Err(failure),
            Ok(_) => Ok(None),
        }
    }

    async fn send(
        &self,
        connection: &Connection,
        body: &serde_json::Value,
    ) -> Result<(TokenSet, Timestamp), TokenFailure> {
        let sent_at = self.core.now();
        let patience = self.core.settings().token_patience;
        let body = Bytes::from(body.to_string());
        let reply = post_json(&self.core, &connection.endpoints.token, body, patience)
            .await
            .map_err(TokenFailure::Unreachable)?;
        let set =
            token_reply::read(reply.status, reply.retry_after, &reply.body).map_err(TokenFailure::Refused)?;
        Ok((set, sent_at))
    }
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
