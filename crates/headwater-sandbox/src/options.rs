//! Options of a sandbox.

use std::path::PathBuf;

use crate::rules::{StaleTokens, TokenRules};

/// The options that a sandbox is opened with.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address at which the sandbox is reached, such as `http://localhost:7444`, without a trailing slash.
    pub public_url: String,
    /// The database file; `None` keeps everything in memory.
    pub data: Option<PathBuf>,
    /// The way the consent form is answered.
    pub consent: Consent,
    /// The apps that may ask for consent.
    pub clients: Vec<Client>,
    /// Fills a fresh database with the demo company's wiki.
    pub demo_content: bool,
    /// The answer to an access token that has expired or was revoked.
    pub stale_tokens: StaleTokens,
    /// The lifetimes of tokens, and how they are refreshed.
    pub token_rules: TokenRules,
}

/// The way the consent form is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// A person, in a browser.
    Ask,
    /// Automatically: the first user allows all sites at once, unless a test has chosen another outcome.
    Auto,
}

/// An app, as it would be registered in the vendor's developer console.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    /// Its public name in requests.
    pub client_id: String,
    /// The secret by which the app authenticates.
    pub client_secret: String,
    /// The addresses that users may be sent back to; compared exactly.
    pub redirect_uris: Vec<String>,
    /// The name of the app on the consent form.
    pub name: String,
    /// The scopes it may ask for; empty means any.
    pub scopes: Vec<String>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Client")
            .field("client_id", &self.client_id)
            .field("redirect_uris", &self.redirect_uris)
            .field("name", &self.name)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
