//! What goes wrong with key management services, and what to do about it.

use std::fmt;

use super::KmsKey;

/// A key management service did not do what was asked. No message repeats key material.
#[derive(Debug)]
pub struct KmsError {
    /// Which key was asked.
    pub key: KmsKey,
    /// What kind of failure.
    pub failure: KmsFailure,
    /// What was said about it: by the service, or by the way to it.
    pub detail: String,
}

/// Kinds of failures, by what is to be done about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KmsFailure {
    /// The service does not answer, or has a bad moment.
    Unreachable,
    /// There are no credentials to show it.
    Credentials,
    /// It does not accept the credentials, or does not let them use the key.
    Denied,
    /// There is no such key, or it is disabled or destroyed.
    Unusable,
    /// What was to be unwrapped was wrapped by another key, or for something else.
    WrongKey,
    /// It said something that makes no sense.
    Answer,
}

impl KmsFailure {
    #[cfg(any(feature = "aws-kms", feature = "gcp-kms", feature = "vault-transit"))]
    pub(crate) fn with(self, detail: impl Into<String>) -> Failure {
        Failure { failure: self, detail: detail.into() }
    }
}

/// A failure before it is known which key it was about.
#[cfg(any(feature = "aws-kms", feature = "gcp-kms", feature = "vault-transit"))]
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) failure: KmsFailure,
    pub(crate) detail: String,
}

#[cfg(any(feature = "aws-kms", feature = "gcp-kms", feature = "vault-transit"))]
impl Failure {
    pub(crate) fn of(self, key: &KmsKey) -> KmsError {
        KmsError { key: key.clone(), failure: self.failure, detail: self.detail }
    }
}

impl fmt::Display for KmsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, advice) = match self.failure {
            KmsFailure::Unreachable => (
                "cannot be reached",
                "it is needed when headwater starts and when keys are changed; servers that run go on without it",
            ),
            KmsFailure::Credentials => {
                ("cannot be asked without credentials", "docs/keys.md tells where they may come from")
            }
            KmsFailure::Denied => (
                "refuses",
                "check the credentials, and that they may decrypt with this key, and encrypt to change keys",
            ),
            KmsFailure::Unusable => ("cannot be used", "check its name, and enable or restore it"),
            KmsFailure::WrongKey => (
                "did not wrap this key file",
                "name the key that did, or put the right key file back from a backup",
            ),
            KmsFailure::Answer => ("gave an answer that makes no sense", "check that its address is right"),
        };
        write!(formatter, "{} {what}: {}; {advice}", self.key, self.detail)
    }
}

impl std::error::Error for KmsError {}
