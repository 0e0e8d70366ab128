//! Starting a flow: from the link to the provider's consent page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use headwater_domain::connection::Connection;
use headwater_domain::flow::{Stage, Started};
use headwater_domain::secret::Secret;
use url::Url;

use super::{ConnectError, StartedFlow};
use crate::Service;
use crate::error::ServiceError;
use crate::grants::flow_context;

impl Service {
    /// Uses a link up and tells where to send the browser. The browser keeps `browser_token` in a cookie and
    /// must bring it back.
    pub async fn start_flow(&self, link_token: &str) -> Result<StartedFlow, ConnectError> {
        let digest = self.sealer().sha256(link_token.as_bytes());
        let mut tx = self.store().write().await?;
        let mut flow = tx.flow_by_link(&digest).await?.ok_or(ConnectError::Unknown)?;
        self.ensure_ready(&flow)?;
        let connection = self.view_of(&mut *tx, &flow.account_id).await?.connection;
        let (state, browser_token) = (self.random_token(), self.random_token());
        let verifier = connection.pkce.then(|| Secret::new(self.random_token()));
        let sealed = verifier.as_ref().map(|it| self.sealer().seal(flow_context(&flow.id, "verifier"), it));
        let attended = !self.settings().unattended_connect;
        flow.stage = Stage::Started(Started {
            state_digest: self.sealer().sha256(state.as_bytes()),
            browser_digest: attended.then(|| self.sealer().sha256(browser_token.as_bytes())),
            verifier: sealed.transpose().map_err(ServiceError::from)?,
        });
        flow.expires_at = self.now().plus(self.settings().consent_lifetime);
        flow.version += 1;
        if !tx.update_flow(&flow).await? {
            return Err(ConnectError::Used);
        }
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
        let connector = self.connector(&connection.provider)?;
        let mut scopes = connection.scopes.clone();
        scopes.push(connector.offline_scope().to_owned());
        let mut url = connection.endpoints.authorize.clone();
        {
            let mut query = url.query_pairs_mut();
            query.extend_pairs(connector.authorize_parameters());
            query
                .append_pair("client_id", &connection.client_id)
                .append_pair("scope", &scopes.join(" "))
                .append_pair("redirect_uri", &self.redirect_uri(&connection.id))
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
        URL_SAFE_NO_PAD.encode(self.sealer().sha256(verifier.expose().as_bytes()))
    }
}
