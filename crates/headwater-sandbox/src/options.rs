//! How a sandbox is set up.

use std::path::PathBuf;

use crate::rules::{StaleTokens, TokenRules};

/// What a sandbox is opened with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it is reached, such as `http://localhost:7444`, without a trailing slash.
    pub public_url: String,
    /// The database file; `None` keeps everything in memory.
    pub data: Option<PathBuf>,
    /// Who answers the consent form.
    pub consent: Consent,
    /// The apps that may ask for consent.
    pub clients: Vec<Client>,
    /// Whether a fresh database is filled with the demo company's wiki.
    pub demo_content: bool,
    /// What a stale access token looks like.
    pub stale_tokens: StaleTokens,
    /// How tokens live and die.
    pub token_rules: TokenRules,
}

/// Who answers the consent form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// A person, in a browser.
    Ask,
    /// Nobody: the first user allows all sites at once, unless a test has asked for another outcome.
    Auto,
}

/// An app, as it would be registered in the vendor's developer console.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    /// Its public name in requests.
    pub client_id: String,
    /// What it proves itself with.
    pub client_secret: String,
    /// Where users may be sent back to; compared exactly.
    pub redirect_uris: Vec<String>,
    /// What the consent form calls it.
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
