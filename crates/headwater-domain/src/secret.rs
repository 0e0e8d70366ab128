//! A secret in memory: it cannot be printed, serialized, compared or cloned by accident.

use zeroize::Zeroizing;

/// A plaintext secret: an access token, a refresh token, a client secret.
///
/// It has no `Debug`, `Display`, `Serialize` or `Clone` on purpose, and its memory is wiped on drop. Reading it
/// takes [`Secret::expose`], which the lint configuration forbids except at places that give a reason.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of `text`; no copy is made.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Whether there is nothing in it. SDKs send empty credentials to mean "none".
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The plaintext. Every caller states why it must see it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}
