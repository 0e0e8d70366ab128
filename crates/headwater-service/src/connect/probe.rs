//! Looking at a connection's provider without any account.

use std::time::Duration;

use headwater_domain::connection::Connection;
use headwater_domain::time::Timestamp;
use headwater_domain::token_reply::RefusalMeaning;
use headwater_ports::upstream::full;
use http::header::{DATE, USER_AGENT};
use http::{Method, Request};

use super::Connect;
use crate::provider_http::OUR_NAME;
use crate::token_endpoint::TokenFailure;

/// What a provider makes of a connection's client id and secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretCheck {
    /// It looked at what was asked for, so they are right.
    Right,
    /// It does not accept them; its answer in one line.
    Wrong(String),
    /// It did not say; why.
    Unknown(String),
}

impl Connect {
    /// Asks a connection's token endpoint whether it accepts the client id and secret. Uses no account, and has no effect.
    pub async fn check_client_secret(&self, connection: &Connection) -> SecretCheck {
        match self.token_endpoint.try_client_secret(connection).await {
            Ok(Some(refusal)) if refusal.wrong_secret() => SecretCheck::Wrong(refusal.summary()),
            Ok(Some(refusal)) if refusal.meaning == RefusalMeaning::GrantDead => SecretCheck::Right,
            Ok(None) => SecretCheck::Unknown("it exchanged a code that nobody issued".to_owned()),
            Err(TokenFailure::Unreachable(error)) => SecretCheck::Unknown(error.to_string()),
            Err(TokenFailure::Ours(error)) => SecretCheck::Unknown(error.to_string()),
            Ok(Some(refusal)) | Err(TokenFailure::Refused(refusal)) => {
                SecretCheck::Unknown(refusal.summary())
            }
        }
    }

    /// Asks a connection's provider for anything and returns how far this machine's clock is off the provider's.
    ///
    /// # Errors
    /// A sentence that says why the provider cannot be reached.
    pub async fn probe(&self, connection: &Connection) -> Result<Duration, String> {
        let request = Request::builder()
            .method(Method::GET)
            .uri(connection.endpoints.resources.as_str())
            .header(USER_AGENT, OUR_NAME)
            .body(full(""))
            .map_err(|error| error.to_string())?;
        let patience = self.core.settings().token_patience;
        let response =
            self.core.upstream().send(request, patience).await.map_err(|error| error.to_string())?;
        let date = response.headers().get(DATE).and_then(|value| value.to_str().ok());
        let theirs = date.and_then(|text| httpdate::parse_http_date(text).ok());
        let theirs = theirs.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        // A provider that does not tell its time cannot disagree.
        let Some(theirs) = theirs else { return Ok(Duration::ZERO) };
        let theirs = Timestamp::from_millis(0).plus(theirs);
        let ours = self.core.now();
        Ok(ours.until(theirs).max(theirs.until(ours)))
    }
}
