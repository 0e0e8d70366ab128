//! The provider's answer.

use headwater_domain::audit::Actor;
use headwater_domain::connection::Connection;
use headwater_domain::flow::{ConnectFlow, FailureReason, Stage, Started};
use headwater_domain::id::ConnectionId;
use headwater_domain::secret::Secret;
use subtle::ConstantTimeEq as _;
use url::Url;

use super::candidate::flow_context;
use super::{CallbackOutcome, Connect, ConnectError};
use crate::audit::{self, Act};
use crate::error::ServiceError;
use crate::grants::NewTokens;
use crate::token_endpoint::{TokenFailure, tell_of_wrong_secret};

/// The longest provider text that is shown.
const MAX_TEXT: usize = 300;

/// The query of the provider's redirect.
#[derive(Default)]
pub struct CallbackQuery {
    /// The state that went out.
    pub state: Option<String>,
    /// The authorization code.
    pub code: Option<Secret>,
    /// The OAuth error code, instead of a code.
    pub error: Option<String>,
    /// The provider's description of the error.
    pub error_description: Option<String>,
    /// Who answers, where the provider says so (RFC 9207).
    pub iss: Option<String>,
}

impl Connect {
    /// Takes the provider's answer to a flow. `connection` is the one named by the redirect URI, `browser_token`
    /// the cookie that came with the answer.
    ///
    /// # Errors
    /// A [`ConnectError`] for the page that the end user sees.
    pub async fn callback(
        &self,
        connection: &str,
        query: CallbackQuery,
        browser_token: Option<&str>,
    ) -> Result<CallbackOutcome, ConnectError> {
        let act = Act::new("account.consent").by(Actor::EndUser);
        let (connection, browser_token) = (connection.to_owned(), browser_token.map(str::to_owned));
        // A browser that leaves meanwhile must not cost the consent: the code can be exchanged only once.
        self.audit
            .audited(act, self, |connect| async move {
                connect.take_answer(&connection, query, browser_token.as_deref()).await
            })
            .await
    }

    async fn take_answer(
        &self,
        connection: &str,
        query: CallbackQuery,
        browser_token: Option<&str>,
    ) -> Result<CallbackOutcome, ConnectError> {
        let state = query.state.as_deref().ok_or(ConnectError::Unknown)?;
        let (flow, started) = self.started_flow(connection, state, browser_token).await?;
        self.check_issuer(&flow, query.iss.as_deref()).await?;
        let refusal = query.error.map(|code| (code, query.error_description.unwrap_or_default()));
        let reason = match &refusal {
            Some((code, description)) if declined(code, description) => FailureReason::Declined,
            Some(_) => FailureReason::ProviderError,
            // Noted before the exchange: should we die in the middle, the code must not be presented again.
            None => FailureReason::ExchangeFailed,
        };
        let flow = self.consume(flow, Stage::Failed(reason)).await?;
        if let Some((code, description)) = refusal {
            return Err(refused(reason, &code, &description));
        }
        let code = query.code.ok_or_else(|| ConnectError::Exchange("the answer holds no code".to_owned()))?;
        let connection = self.connections.get(flow.connection_id.as_str()).await?;
        let verifier =
            started.verifier.map(|it| self.core.sealer().open(flow_context(&flow.id, "verifier"), &it));
        let verifier = verifier.transpose().map_err(ServiceError::from)?;
        let tokens = self.exchange(&connection, &code, verifier.as_ref()).await?;
        self.settle_site(flow, &connection, tokens, started.browser_digest).await
    }

    async fn started_flow(
        &self,
        connection: &str,
        state: &str,
        browser_token: Option<&str>,
    ) -> Result<(ConnectFlow, Started), ConnectError> {
        let digest = self.core.sealer().sha256(state.as_bytes());
        let flow =
            self.core.store().read().await?.flow_by_state(&digest).await?.ok_or(ConnectError::Unknown)?;
        // The redirect URI names the connection: an answer that was meant for another one is not ours to take.
        if ConnectionId::parse(connection).ok().as_ref() != Some(&flow.connection_id) {
            return Err(ConnectError::Unknown);
        }
        audit::touched(&flow.account_id, &flow.connection_id);
        let Stage::Started(started) = flow.stage.clone() else { return Err(ConnectError::Used) };
        if self.core.now() >= flow.expires_at {
            return Err(ConnectError::Expired);
        }
        self.check_browser(started.browser_digest.as_ref(), browser_token)?;
        Ok((flow, started))
    }

    /// An answer of another authorization server is not taken (RFC 9207 §2.4). Providers that do not say who they are
    /// are told apart by the redirect URI, which names the connection.
    async fn check_issuer(&self, flow: &ConnectFlow, issuer: Option<&str>) -> Result<(), ConnectError> {
        let Some(issuer) = issuer else { return Ok(()) };
        let expected = self.connections.get(flow.connection_id.as_str()).await?.endpoints.authorize.origin();
        let same = Url::parse(issuer).is_ok_and(|issuer| issuer.origin() == expected);
        if same { Ok(()) } else { Err(ConnectError::Unknown) }
    }

    /// Compares the browser's cookie with the one the flow was started with.
    pub(super) fn check_browser(
        &self,
        expected: Option<&[u8; 32]>,
        token: Option<&str>,
    ) -> Result<(), ConnectError> {
        let Some(expected) = expected else { return Ok(()) };
        let presented = token.map(|token| self.core.sealer().sha256(token.as_bytes()));
        let same = presented.is_some_and(|digest| bool::from(digest.ct_eq(expected)));
        if same { Ok(()) } else { Err(ConnectError::OtherBrowser) }
    }

    async fn exchange(
        &self,
        connection: &Connection,
        code: &Secret,
        verifier: Option<&Secret>,
    ) -> Result<NewTokens, ConnectError> {
        match self.token_endpoint.exchange_code(connection, code, verifier).await {
            Ok((set, sent_at)) => Ok(NewTokens::from_reply(set, sent_at, &connection.scopes)),
            Err(TokenFailure::Refused(refusal)) if refusal.wrong_secret() => {
                tell_of_wrong_secret(connection, &refusal);
                Err(ConnectError::WrongSecret(connection.name.to_string()))
            }
            Err(TokenFailure::Refused(refusal)) => {
                tracing::warn!(connection = %connection.name, refusal = %refusal.summary(), "a code was refused");
                Err(ConnectError::Exchange(refusal.summary()))
            }
            Err(TokenFailure::Unreachable(error)) => Err(ConnectError::Exchange(error.to_string())),
            Err(TokenFailure::Ours(error)) => Err(error.into()),
        }
    }
}

/// Whether a refusal says no more than that the end user declined. Atlassian answers with the same code when a site
/// admin has to authorize the app first; what to do then stands in the description only, and must be shown.
fn declined(code: &str, description: &str) -> bool {
    code == "access_denied" && (description.is_empty() || description.contains("did not authorize"))
}

fn refused(reason: FailureReason, code: &str, description: &str) -> ConnectError {
    let clean = |text: &str| text.chars().filter(|it| !it.is_control()).take(MAX_TEXT).collect();
    match reason {
        FailureReason::Declined => ConnectError::Declined,
        _ => ConnectError::Provider { code: clean(code), description: clean(description) },
    }
}
