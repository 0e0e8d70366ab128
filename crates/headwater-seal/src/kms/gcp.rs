//! Google Cloud KMS: `encrypt` and `decrypt` of its REST API, with checksums both ways as Google asks for.

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_ports::clock::Clock;
use headwater_ports::upstream::Upstream;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::error::{Failure, KmsFailure};
use super::http_call::{Answer, call, decode_key, encode_key, post_json, words};
use super::{BINDING, GcpKey, KeyWrap, KmsError, KmsKey, WrappedKey, WrappingKey};
use checksum::{Checksum, checksum};

mod access_token;
mod checksum;
mod service_account;
#[cfg(test)]
mod tests;

pub use access_token::GcpCredentials;
pub use service_account::{InvalidServiceAccount, ServiceAccount};

/// Where the service is, unless an operator has an endpoint of their own.
const ENDPOINT: &str = "https://cloudkms.googleapis.com";

/// A key of Google Cloud KMS, with credentials that may use it.
pub struct GcpKms {
    key: KmsKey,
    name: GcpKey,
    endpoint: String,
    credentials: GcpCredentials,
    upstream: Arc<dyn Upstream>,
    clock: Arc<dyn Clock>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Encrypt<'a> {
    plaintext: &'a str,
    additional_authenticated_data: &'a str,
    plaintext_crc32c: Checksum,
    additional_authenticated_data_crc32c: Checksum,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Encrypted {
    /// The version that encrypted.
    name: String,
    ciphertext: String,
    ciphertext_crc32c: Checksum,
    #[serde(default)]
    verified_plaintext_crc32c: bool,
    #[serde(default)]
    verified_additional_authenticated_data_crc32c: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Decrypt<'a> {
    ciphertext: &'a str,
    additional_authenticated_data: &'a str,
    ciphertext_crc32c: Checksum,
    additional_authenticated_data_crc32c: Checksum,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Decrypted {
    plaintext: Zeroizing<String>,
    plaintext_crc32c: Checksum,
}

#[derive(Deserialize)]
struct Problem {
    error: Status,
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    message: String,
    #[serde(default)]
    status: String,
}

impl GcpKms {
    /// The key `key` at `endpoint` (scheme and host), or at Google's own.
    pub fn new(
        key: GcpKey,
        endpoint: Option<String>,
        credentials: GcpCredentials,
        upstream: Arc<dyn Upstream>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let endpoint = endpoint.unwrap_or_else(|| ENDPOINT.to_owned()).trim_end_matches('/').to_owned();
        Self { key: KmsKey::Gcp(key.clone()), name: key, endpoint, credentials, upstream, clock }
    }

    async fn post(&self, verb: &str, body: &(impl Serialize + Sync)) -> Result<Answer, Failure> {
        let authorization = self.credentials.authorization(&*self.upstream, self.clock.now()).await?;
        let url = format!("{}/v1/{}:{verb}", self.endpoint, self.name.name());
        let request = post_json(&url, vec![("authorization", authorization)], body)?;
        let answer = call(&*self.upstream, request).await?;
        if answer.status.is_success() { Ok(answer) } else { Err(refusal(&answer)) }
    }

    async fn encrypt(&self, key: &WrappingKey) -> Result<WrappedKey, Failure> {
        let body = Encrypt {
            plaintext: &encode_key(key),
            additional_authenticated_data: &STANDARD.encode(BINDING),
            plaintext_crc32c: checksum(key.as_slice()),
            additional_authenticated_data_crc32c: checksum(BINDING),
        };
        let answer: Encrypted = self.post("encrypt", &body).await?.json().ok_or_else(no_kms)?;
        let ciphertext = STANDARD.decode(&answer.ciphertext).map_err(|_| no_kms())?;
        let arrived = answer.verified_plaintext_crc32c
            && answer.verified_additional_authenticated_data_crc32c
            && answer.ciphertext_crc32c == checksum(&ciphertext);
        if !arrived {
            return Err(damaged());
        }
        // Which key it was is checked, as Google advises.
        if !answer.name.starts_with(&format!("{}/cryptoKeyVersions/", self.name.name())) {
            return Err(KmsFailure::Answer.with("it encrypted with another key"));
        }
        Ok(WrappedKey { ciphertext, version: words(&answer.name) })
    }

    async fn decrypt(&self, ciphertext: &[u8]) -> Result<WrappingKey, Failure> {
        let body = Decrypt {
            ciphertext: &STANDARD.encode(ciphertext),
            additional_authenticated_data: &STANDARD.encode(BINDING),
            ciphertext_crc32c: checksum(ciphertext),
            additional_authenticated_data_crc32c: checksum(BINDING),
        };
        let answer: Decrypted = self.post("decrypt", &body).await?.json().ok_or_else(no_kms)?;
        let key = decode_key(&answer.plaintext)?;
        if answer.plaintext_crc32c == checksum(key.as_slice()) { Ok(key) } else { Err(damaged()) }
    }
}

#[async_trait]
impl KeyWrap for GcpKms {
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

fn no_kms() -> Failure {
    KmsFailure::Answer.with("it does not answer as Cloud KMS does")
}

fn damaged() -> Failure {
    KmsFailure::Unreachable.with("what was sent or answered was damaged on the way: a checksum is wrong")
}

/// Sorts a refusal by Google's canonical codes (google.rpc.Code). A ciphertext of another key is an invalid argument,
/// and so is everything else about the request.
fn refusal(answer: &Answer) -> Failure {
    let Status { message, status } = answer
        .json()
        .map_or(Status { message: String::new(), status: String::new() }, |it: Problem| it.error);
    let failure = match (status.as_str(), answer.status) {
        ("UNAUTHENTICATED" | "PERMISSION_DENIED", _)
        | ("", StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => KmsFailure::Denied,
        ("NOT_FOUND" | "FAILED_PRECONDITION", _) => KmsFailure::Unusable,
        ("INVALID_ARGUMENT", _) if message.contains("Decryption failed") => KmsFailure::WrongKey,
        (_, code) if code.is_server_error() || code == StatusCode::TOO_MANY_REQUESTS => {
            KmsFailure::Unreachable
        }
        _ => KmsFailure::Answer,
    };
    failure.with(format!("status {} {}: {}", answer.status.as_u16(), words(&status), words(&message)))
}
