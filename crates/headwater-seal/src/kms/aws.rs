//! AWS KMS, by Amazon's own SDK: it finds a machine's credentials in all the places where AWS puts them. What it sends
//! goes through the same client as everything else.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_kms::Client;
use aws_sdk_kms::config::Credentials;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::primitives::Blob;
use headwater_domain::secret::Secret;
use headwater_ports::upstream::Upstream;
use tracing::instrument::{WithDispatch, WithSubscriber as _};
use tracing::subscriber::NoSubscriber;
use zeroize::Zeroizing;

use super::error::{Failure, KmsFailure};
use super::{AwsKey, KeyWrap, KmsError, KmsKey, WrappedKey, WrappingKey};
use http_client::UpstreamClient;

mod http_client;
#[cfg(test)]
mod tests;

/// What wrapped keys are bound to. AWS shows it in its audit log. Changing it makes every wrapped key file unreadable.
const CONTEXT: (&str, &str) = ("headwater", "key file");

/// A key of AWS KMS.
pub struct AwsKms {
    key: KmsKey,
    name: AwsKey,
    client: Client,
}

/// Credentials and an endpoint, where the SDK is not to look for them.
pub struct AwsAccess {
    /// Where the service is.
    pub endpoint: String,
    /// The region, for signatures.
    pub region: String,
    /// The access key's id.
    pub access_key_id: String,
    /// The access key itself.
    pub secret_access_key: Secret,
}

impl AwsKms {
    /// The key `key`, with region and credentials from where the SDK finds them: variables, profiles, web identities,
    /// containers and the machine. The region is that of the key when its name tells it.
    pub async fn open(key: AwsKey, upstream: Arc<dyn Upstream>) -> Self {
        let mut loader =
            aws_config::defaults(BehaviorVersion::latest()).http_client(UpstreamClient::new(upstream));
        if let Some(region) = key.region() {
            loader = loader.region(Region::new(region.to_owned()));
        }
        Self::with(key, &quietly(loader.load()).await)
    }

    /// The same with everything given.
    #[expect(clippy::disallowed_methods, reason = "the SDK signs with the secret")]
    pub async fn with_access(key: AwsKey, access: AwsAccess, upstream: Arc<dyn Upstream>) -> Self {
        let secret = access.secret_access_key.expose();
        let credentials = Credentials::new(access.access_key_id, secret, None, None, "given");
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(UpstreamClient::new(upstream))
            .region(Region::new(access.region))
            .endpoint_url(access.endpoint)
            .credentials_provider(credentials);
        Self::with(key, &quietly(loader.load()).await)
    }

    fn with(key: AwsKey, config: &SdkConfig) -> Self {
        Self { key: KmsKey::Aws(key.clone()), name: key, client: Client::new(config) }
    }

    async fn encrypt(&self, key: &WrappingKey) -> Result<WrappedKey, Failure> {
        let request = self
            .client
            .encrypt()
            .key_id(self.name.id())
            .plaintext(Blob::new(key.as_slice()))
            .encryption_context(CONTEXT.0, CONTEXT.1);
        let answer = quietly(request.send()).await.map_err(|error| refusal(&error))?;
        let ciphertext = answer.ciphertext_blob.ok_or_else(no_kms)?.into_inner();
        Ok(WrappedKey { ciphertext, version: answer.key_id.unwrap_or_default() })
    }

    async fn decrypt(&self, ciphertext: &[u8]) -> Result<WrappingKey, Failure> {
        let request = self
            .client
            .decrypt()
            // Without a name AWS takes whichever key the ciphertext names.
            .key_id(self.name.id())
            .ciphertext_blob(Blob::new(ciphertext))
            .encryption_context(CONTEXT.0, CONTEXT.1);
        let answer = quietly(request.send()).await.map_err(|error| refusal(&error))?;
        let plaintext = Zeroizing::new(answer.plaintext.ok_or_else(no_kms)?.into_inner());
        let key = plaintext.as_slice().try_into().map(Zeroizing::new);
        key.map_err(|_| KmsFailure::Answer.with("it unwrapped something that is no key"))
    }
}

#[async_trait]
impl KeyWrap for AwsKms {
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

/// The SDK logs whole answers when everything is turned up, and with them keys and credentials. What it knows that is of
/// use comes back as an error.
fn quietly<F: Future>(call: F) -> WithDispatch<F> {
    call.with_subscriber(NoSubscriber::default())
}

fn no_kms() -> Failure {
    KmsFailure::Answer.with("it does not answer as AWS KMS does")
}

/// Sorts a refusal by its code (API reference of AWS KMS, `Encrypt`, `Decrypt` and common errors).
fn refusal<E>(error: &SdkError<E>) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let failure = match error {
        SdkError::ServiceError(context) => match context.err().code().unwrap_or_default() {
            "IncorrectKeyException" | "InvalidCiphertextException" => KmsFailure::WrongKey,
            "NotFoundException"
            | "DisabledException"
            | "KMSInvalidStateException"
            | "InvalidKeyUsageException" => KmsFailure::Unusable,
            "DependencyTimeoutException"
            | "KeyUnavailableException"
            | "KMSInternalException"
            | "LimitExceededException"
            | "ThrottlingException"
            | "ServiceUnavailable" => KmsFailure::Unreachable,
            _ if context.raw().status().is_server_error() => KmsFailure::Unreachable,
            // Of the rest some ten are about credentials, each by a name of its own.
            _ => KmsFailure::Denied,
        },
        SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
            KmsFailure::Unreachable
        }
        // What else keeps a request from being sent is that there is nothing to sign it with, or no region.
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => KmsFailure::Credentials,
        SdkError::TimeoutError(_) => KmsFailure::Unreachable,
        _ => KmsFailure::Answer,
    };
    let said = match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(said), None) | (None, Some(said)) => said.to_owned(),
        (None, None) => innermost(error),
    };
    failure.with(said)
}

fn innermost(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}
