//! Starting a flow: from the link to the provider's consent page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use headwater_domain::connection::Connection;
use headwater_domain::flow::{Stage, Started};
use headwater_domain::secret::Secret;
use url::Url;

use super::Connect;
use super::candidate::flow_context;
use super::flow::{moved, store_move};
use super::{ConnectError, StartedFlow};
use crate::accounts::view_of;
use crate::error::ServiceError;

impl Connect {
    /// Uses a link up and tells where to send the browser. The browser keeps `browser_token` in a cookie and
    /// must bring it back.
    ///
    /// # Errors
    /// A [`ConnectError`] where the link is not known, was used, or has expired.
    pub async fn start(&self, link_token: &str) -> Result<StartedFlow, ConnectError> {
        let digest = self.core.sealer().sha256(link_token.as_bytes());
        let mut tx = self.core.store().write().await?;
        let mut flow = tx.flow_by_link(&digest).await?.ok_or(ConnectError::Unknown)?;
        self.ensure_ready(&flow)?;
        let connection = view_of(&mut *tx, &flow.account_id).await?.connection;
        let (state, browser_token) = (self.core.random_token(), self.core.random_token());
        let verifier = connection.pkce.then(|| Secret::new(self.core.random_token()));
        let sealed =
            verifier.as_ref().map(|it| self.core.sealer().seal(flow_context(&flow.id, "verifier"), it));
        let attended = !self.core.settings().unattended_connect;
        let started = Stage::Started(Started {
            state_digest: self.core.sealer().sha256(state.as_bytes()),
            browser_digest: attended.then(|| self.core.sealer().sha256(browser_token.as_bytes())),
            verifier: sealed.transpose().map_err(ServiceError::from)?,
        });
        flow.expires_at = self.core.now().plus(self.core.settings().consent_lifetime);
        store_move(&mut *tx, &moved(flow, started)).await?;
        tx.commit().await?;
        let authorize_url = self.authorize_url(&connection, &state, verifier.as_ref())?;
        Ok(StartedFlow { authorize_url: authorize_url.into(), browser_token })
    }

    /// The authorize request (RFC 6749 §4.1.1, RFC 7636 §4.3) with what the provider wants besides.
    fn authorize_url(
        &self,
        connection: &Connection,
        state: &str,
        verifier: Option<&Secret>,
    ) -> Result<Url, ConnectError> {
        let connector = self.connectors.of(&connection.provider)?;
        let mut scopes = connection.scopes.clone();
        scopes.push(connector.offline_scope().to_owned());
        let mut url = connection.endpoints.authorize.clone();
        {
            let mut query = url.query_pairs_mut();
            query.extend_pairs(connector.authorize_parameters());
            query
                .append_pair("client_id", &connection.client_id)
                .append_pair("scope", &scopes.join(" "))
                .append_pair("redirect_uri", &self.core.settings().redirect_uri(&connection.id))
                .append_pair("state", state)
                .append_pair("response_type", "code");
            if let Some(verifier) = verifier {
                query
                    .append_pair("code_challenge", &self.challenge(verifier))
                    .append_pair("code_challenge_method", "S256");
            }
        }
        Ok(url)
    }

    #[expect(clippy::disallowed_methods, reason = "the PKCE verifier is hashed into its challenge")]
    fn challenge(&self, verifier: &Secret) -> String {
        URL_SAFE_NO_PAD.encode(self.core.sealer().sha256(verifier.expose().as_bytes()))
    }
}
