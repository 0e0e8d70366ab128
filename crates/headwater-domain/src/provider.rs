//! Providers: the products that an account can be connected to.

use std::fmt;

/// The key of a provider in the catalogue, upper case (`CONFLUENCE`). Compared without regard to case.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ProviderKey(String);

impl ProviderKey {
    /// Reads a key in any case; it is kept in upper case.
    pub fn new(text: &str) -> Self {
        Self(text.to_ascii_uppercase())
    }

    /// The key in upper case, as the wire contract shows it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for ProviderKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
