//! The connect flow: from an authorization link to a usable account.

use crate::id::{AccountId, ConnectionId, FlowId};
use crate::sealed::Sealed;
use crate::site::Site;
use crate::time::Timestamp;

/// One walk through the connect flow. Everything a browser could present is kept as a SHA-256 digest only.
#[derive(Clone, Debug)]
pub struct ConnectFlow {
    /// Its identifier; never leaves the server.
    pub id: FlowId,
    /// The account that will be authorized.
    pub account_id: AccountId,
    /// The connection it goes through.
    pub connection_id: ConnectionId,
    /// Digest of the token in the authorization link.
    pub link_digest: [u8; 32],
    /// The caller's own state, handed back at the end when it asked for verification.
    pub caller_state: Option<String>,
    /// Where the application confirms its end user.
    pub user_verify_url: Option<String>,
    /// How far it has come.
    pub stage: Stage,
    /// When the link was made.
    pub created_at: Timestamp,
    /// When the present stage lapses.
    pub expires_at: Timestamp,
    /// Grows with every change; writes compare it, so that of two replays one wins.
    pub version: u64,
}

/// How far a connect flow has come.
#[derive(Clone, Debug)]
pub enum Stage {
    /// The link was made and not yet used.
    Issued,
    /// A browser used the link and was sent to the provider.
    Started(Started),
    /// The provider said yes to several sites; the end user picks one.
    ChoosingSite(ChoosingSite),
    /// The account was authorized.
    Completed,
    /// It ended without an authorization.
    Failed(FailureReason),
}

/// What binds the provider's answer to the browser that asked.
#[derive(Clone, Debug)]
pub struct Started {
    /// Digest of the `state` parameter.
    pub state_digest: [u8; 32],
    /// Digest of the browser's cookie; absent for an unattended flow.
    pub browser_digest: Option<[u8; 32]>,
    /// The sealed PKCE verifier, when the connection uses PKCE.
    pub verifier: Option<Sealed>,
}

/// A grant that waits for its site.
#[derive(Clone, Debug)]
pub struct ChoosingSite {
    /// Digest of the browser's cookie.
    pub browser_digest: Option<[u8; 32]>,
    /// The tokens, sealed.
    pub candidate: Candidate,
    /// The sites to choose from.
    pub sites: Vec<Site>,
}

/// Sealed tokens that do not belong to the account yet.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The sealed access token.
    pub access_token: Sealed,
    /// The sealed refresh token.
    pub refresh_token: Option<Sealed>,
    /// What was granted.
    pub scopes: Vec<String>,
    /// When the tokens were obtained.
    pub obtained_at: Timestamp,
    /// When the access token lapses.
    pub expires_at: Option<Timestamp>,
}

/// Why a flow ended without an authorization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureReason {
    /// The end user said no.
    Declined,
    /// The provider reported an error instead of a code.
    ProviderError,
    /// The code could not be exchanged for tokens.
    ExchangeFailed,
    /// The grant reaches no site.
    NoSite,
}

impl FailureReason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Declined, Self::ProviderError, Self::ExchangeFailed, Self::NoSite];

    /// A stable name, as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::ProviderError => "provider_error",
            Self::ExchangeFailed => "exchange_failed",
            Self::NoSite => "no_site",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}
