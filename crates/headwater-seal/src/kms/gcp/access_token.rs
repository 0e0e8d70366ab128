//! Access tokens for Google Cloud: from the machine's metadata server, from a service account's key, or given.

use std::borrow::Cow;

use headwater_domain::secret::Secret;
use headwater_domain::time::Timestamp;
use headwater_ports::upstream::{Body, Upstream, full};
use http::{HeaderValue, Request};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::error::{Failure, KmsFailure};
use super::super::http_call::{call, secret_header, words};
use super::service_account::ServiceAccount;

/// The metadata server of a machine, a pod or a service at Google.
const METADATA_SERVER: &str = "http://metadata.google.internal";
/// Its token of the account that the machine runs as.
const METADATA_PATH: &str = "/computeMetadata/v1/instance/service-accounts/default/token";

/// Who headwater is to Google.
pub enum GcpCredentials {
    /// The service account that the machine runs as.
    Machine {
        /// The metadata server, when it is not Google's usual one.
        server: Option<String>,
    },
    /// A service account's key.
    ServiceAccount(ServiceAccount),
    /// An access token that somebody else gets and renews.
    Token(Secret),
}

#[derive(Deserialize)]
struct Token {
    access_token: Zeroizing<String>,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

impl GcpCredentials {
    /// The header that proves who is calling.
    #[expect(clippy::disallowed_methods, reason = "Google wants to see the token")]
    pub(crate) async fn authorization(
        &self,
        upstream: &dyn Upstream,
        now: Timestamp,
    ) -> Result<HeaderValue, Failure> {
        let token = match self {
            Self::Token(token) => return bearer(token.expose()),
            Self::Machine { server } => fetch(upstream, machine_request(server.as_deref())?).await?,
            Self::ServiceAccount(account) => fetch(upstream, account.token_request(now)?).await?,
        };
        bearer(&token)
    }
}

fn bearer(token: &str) -> Result<HeaderValue, Failure> {
    secret_header(&Zeroizing::new(format!("Bearer {token}")))
}

fn machine_request(server: Option<&str>) -> Result<Request<Body>, Failure> {
    let server = server.unwrap_or(METADATA_SERVER);
    // Without the header the server answers nothing, so that no forged request gets a token.
    let request =
        Request::get(format!("{server}{METADATA_PATH}")).header("metadata-flavor", "Google").body(full(""));
    request.map_err(|_| KmsFailure::Credentials.with("the metadata server's address is no URL"))
}

async fn fetch(upstream: &dyn Upstream, request: Request<Body>) -> Result<Zeroizing<String>, Failure> {
    let place = request.uri().host().unwrap_or_default().to_owned();
    let failed = |detail: Cow<'_, str>| KmsFailure::Credentials.with(format!("{place}: {detail}"));
    let answer = call(upstream, request).await.map_err(|failure| failed(failure.detail.into()))?;
    if answer.status.is_success() {
        let token: Option<Token> = answer.json();
        return token.map(|it| it.access_token).ok_or_else(|| failed("it gave no access token".into()));
    }
    let said =
        answer.json().map_or(String::new(), |it: Refusal| format!("{} {}", it.error, it.error_description));
    Err(failed(format!("status {} {}", answer.status.as_u16(), words(&said)).into()))
}
