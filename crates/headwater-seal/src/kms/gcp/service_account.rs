//! A service account's key, which signs requests for access tokens (RFC 7523).

use headwater_domain::secret::Secret;
use headwater_domain::time::Timestamp;
use headwater_ports::upstream::{Body, full};
use http::{Request, Uri};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::super::error::{Failure, KmsFailure};
use super::super::key::local;

/// All that headwater may do with the token.
const SCOPE: &str = "https://www.googleapis.com/auth/cloudkms";
/// The grant (RFC 7523, section 2.1), as it stands in a form.
const GRANT: &str = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
/// How long a signed request for a token is good, in seconds. It is used at once.
const LIFETIME: i64 = 600;

/// A service account that can prove who it is.
pub struct ServiceAccount {
    email: String,
    key_id: Option<String>,
    key: EncodingKey,
    token_uri: String,
}

/// A text that is no service account's key. No message repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidServiceAccount {
    /// No JSON, or a part is missing.
    #[error("this is no service account key; it is a JSON file with client_email, private_key and token_uri")]
    Form,
    /// Credentials of another kind.
    #[error(
        "these are credentials of another kind; only `service_account` is understood. On a machine at Google none are needed; elsewhere an access token can be given as a file"
    )]
    Kind,
    /// The key in it.
    #[error("its private_key is no RSA key in PEM")]
    Key,
    /// Where its signature would go.
    #[error("its token_uri must begin with https://")]
    TokenUri,
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    client_email: String,
    #[serde(default)]
    private_key: Zeroizing<String>,
    private_key_id: Option<String>,
    #[serde(default)]
    token_uri: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

impl ServiceAccount {
    /// Reads the JSON file that Google makes for a service account's key.
    #[expect(clippy::disallowed_methods, reason = "the text becomes a key here")]
    pub fn parse(json: &Secret) -> Result<Self, InvalidServiceAccount> {
        let file: File = serde_json::from_str(json.expose()).map_err(|_| InvalidServiceAccount::Form)?;
        if file.kind != "service_account" {
            return Err(InvalidServiceAccount::Kind);
        }
        if file.client_email.is_empty() || file.private_key.is_empty() {
            return Err(InvalidServiceAccount::Form);
        }
        let key =
            EncodingKey::from_rsa_pem(file.private_key.as_bytes()).map_err(|_| InvalidServiceAccount::Key)?;
        if !trustworthy(&file.token_uri) {
            return Err(InvalidServiceAccount::TokenUri);
        }
        Ok(Self { email: file.client_email, key_id: file.private_key_id, key, token_uri: file.token_uri })
    }

    /// The signed request for an access token.
    pub(super) fn token_request(&self, now: Timestamp) -> Result<Request<Body>, Failure> {
        let claims = Claims {
            iss: &self.email,
            scope: SCOPE,
            aud: &self.token_uri,
            iat: now.seconds(),
            exp: now.seconds() + LIFETIME,
        };
        let header = Header { kid: self.key_id.clone(), ..Header::new(Algorithm::RS256) };
        let assertion = encode(&header, &claims, &self.key)
            .map_err(|_| KmsFailure::Credentials.with("the service account's key does not sign"))?;
        Request::post(&self.token_uri)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(full(format!("grant_type={GRANT}&assertion={assertion}")))
            .map_err(|_| KmsFailure::Credentials.with("token_uri is no URL"))
    }
}

/// Whether nobody can listen on the way.
fn trustworthy(uri: &str) -> bool {
    let Ok(uri) = uri.parse::<Uri>() else { return false };
    let authority = uri.authority().map(http::uri::Authority::as_str).unwrap_or_default();
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => local(authority),
        Some(_) | None => false,
    }
}
