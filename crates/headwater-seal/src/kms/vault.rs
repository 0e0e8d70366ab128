//! The transit secrets engine of HashiCorp Vault and OpenBao: `encrypt` and `decrypt` of its HTTP API.

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_domain::secret::Secret;
use headwater_ports::upstream::Upstream;
use http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::error::{Failure, KmsFailure};
use super::http_call::{Answer, call, decode_key, encode_key, post_json, secret_header, words};
use super::{BINDING, KeyWrap, KmsError, KmsKey, VaultKey, WrappedKey, WrappingKey};

#[cfg(test)]
mod tests;

/// A key of a transit secrets engine, with a token that may use it.
pub struct VaultTransit {
    key: KmsKey,
    place: VaultKey,
    token: Secret,
    namespace: Option<String>,
    upstream: Arc<dyn Upstream>,
}

/// Associated data binds AEAD keys, and the context is what a derived key is derived from: it must have one, and any
/// other key passes over it.
#[derive(Serialize)]
struct Encrypt<'a> {
    plaintext: &'a str,
    associated_data: &'a str,
    context: &'a str,
}

#[derive(Serialize)]
struct Decrypt<'a> {
    ciphertext: &'a str,
    associated_data: &'a str,
    context: &'a str,
}

#[derive(Deserialize)]
struct Data<T> {
    data: T,
}

#[derive(Deserialize)]
struct Encrypted {
    ciphertext: String,
}

#[derive(Deserialize)]
struct Decrypted {
    plaintext: Zeroizing<String>,
}

#[derive(Deserialize)]
struct Errors {
    errors: Vec<String>,
}

impl VaultTransit {
    /// The key `key`, used with `token`, in `namespace` if the server has those.
    pub fn new(key: VaultKey, token: Secret, namespace: Option<String>, upstream: Arc<dyn Upstream>) -> Self {
        Self { key: KmsKey::Vault(key.clone()), place: key, token, namespace, upstream }
    }

    async fn post(&self, verb: &str, body: &(impl Serialize + Sync)) -> Result<Answer, Failure> {
        let Self { place, .. } = self;
        let url = format!("{}/v1/{}/{verb}/{}", place.origin(), place.mount(), place.name());
        let answer = call(&*self.upstream, post_json(&url, self.headers()?, body)?).await?;
        if answer.status.is_success() { Ok(answer) } else { Err(refusal(&answer)) }
    }

    #[expect(clippy::disallowed_methods, reason = "Vault wants to see the token")]
    fn headers(&self) -> Result<Vec<(&'static str, HeaderValue)>, Failure> {
        // The second header is for agents and proxies of Vault that insist on it against forged requests.
        let mut headers = vec![
            ("x-vault-token", secret_header(self.token.expose())?),
            ("x-vault-request", HeaderValue::from_static("true")),
        ];
        if let Some(namespace) = &self.namespace {
            let value = HeaderValue::from_str(namespace)
                .map_err(|_| KmsFailure::Credentials.with("the namespace cannot be sent"))?;
            headers.push(("x-vault-namespace", value));
        }
        Ok(headers)
    }

    async fn encrypt(&self, key: &WrappingKey) -> Result<WrappedKey, Failure> {
        let binding = STANDARD.encode(BINDING);
        let body = Encrypt { plaintext: &encode_key(key), associated_data: &binding, context: &binding };
        let answer = self.post("encrypt", &body).await?;
        let Data { data: Encrypted { ciphertext } } = answer.json().ok_or_else(no_vault)?;
        // `vault:v3:…` begins with the version of the key.
        let version = ciphertext.split(':').nth(1).unwrap_or_default();
        Ok(WrappedKey { version: words(version), ciphertext: ciphertext.into_bytes() })
    }

    async fn decrypt(&self, ciphertext: &[u8]) -> Result<WrappingKey, Failure> {
        let binding = STANDARD.encode(BINDING);
        let ciphertext = std::str::from_utf8(ciphertext)
            .map_err(|_| KmsFailure::WrongKey.with("this is no ciphertext of a transit secrets engine"))?;
        let body = Decrypt { ciphertext, associated_data: &binding, context: &binding };
        let answer = self.post("decrypt", &body).await?;
        let Data { data: Decrypted { plaintext } } = answer.json().ok_or_else(no_vault)?;
        decode_key(&plaintext)
    }
}

#[async_trait]
impl KeyWrap for VaultTransit {
    fn key(&self) -> &KmsKey {
        &self.key
    }

    async fn wrap_key(&self, key: &WrappingKey) -> Result<WrappedKey, KmsError> {
        self.encrypt(key).await.map_err(|failure| failure.of(&self.key))
    }

    async fn unwrap_key(&self, ciphertext: &[u8]) -> Result<WrappingKey, KmsError> {
        self.decrypt(ciphertext).await.map_err(|failure| failure.of(&self.key))
    }
}

fn no_vault() -> Failure {
    KmsFailure::Answer.with("it does not answer as a transit secrets engine does")
}

/// Sorts a refusal. Statuses alone do not tell a wrong key from a missing one: both are 400.
fn refusal(answer: &Answer) -> Failure {
    let said = answer.json::<Errors>().map(|it| words(&it.errors.join(", "))).unwrap_or_default();
    let is_about = |text: &str| said.contains(text);
    let failure = match answer.status {
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => KmsFailure::Denied,
        StatusCode::NOT_FOUND => KmsFailure::Unusable,
        _ if is_about("key not found") => KmsFailure::Unusable,
        _ if is_about("message authentication failed") || is_about("invalid ciphertext") => {
            KmsFailure::WrongKey
        }
        // The version that wrapped was taken out, or may not be used any more.
        _ if is_about("version") => KmsFailure::Unusable,
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            KmsFailure::Unreachable
        }
        _ => KmsFailure::Answer,
    };
    failure.with(format!("status {}: {said}", answer.status.as_u16()))
}
