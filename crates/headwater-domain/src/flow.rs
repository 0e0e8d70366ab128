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
    /// Everything is there but the application's word on who gave the consent.
    Verifying(Verifying),
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

/// A grant that waits for the application to confirm its end user.
#[derive(Clone, Debug)]
pub struct Verifying {
    /// Digest of the `auth_request_id` that the browser carries to the application.
    pub request_digest: [u8; 32],
    /// The tokens, sealed.
    pub candidate: Candidate,
    /// The site that was picked.
    pub site: Site,
    /// The provider's own id of the user who consented, when known.
    pub provider_account_id: Option<String>,
    /// How many more wrong identifiers are borne.
    pub attempts_left: u32,
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
    /// The consent came from another user of the provider than the one the account is connected as.
    OtherUser,
    /// The application did not confirm its end user in time, or named the wrong one too often.
    NotVerified,
    /// The end user did not pick a site in time.
    SiteNotChosen,
}

impl Stage {
    /// The digest of the `state` parameter, while the provider's answer is awaited.
    pub fn state_digest(&self) -> Option<&[u8; 32]> {
        if let Self::Started(started) = self { Some(&started.state_digest) } else { None }
    }

    /// The digest of the `auth_request_id`, while the application's word is awaited.
    pub fn request_digest(&self) -> Option<&[u8; 32]> {
        if let Self::Verifying(verifying) = self { Some(&verifying.request_digest) } else { None }
    }

    /// Whether tokens wait in this stage.
    pub fn holds_tokens(&self) -> bool {
        matches!(self, Self::ChoosingSite(_) | Self::Verifying(_))
    }

    /// The sealed secrets that wait in this stage.
    pub fn secrets(&self) -> impl Iterator<Item = &Sealed> {
        let (verifier, candidate) = match self {
            Self::Started(it) => (it.verifier.as_ref(), None),
            Self::ChoosingSite(it) => (None, Some(&it.candidate)),
            Self::Verifying(it) => (None, Some(&it.candidate)),
            Self::Issued | Self::Completed | Self::Failed(_) => (None, None),
        };
        let tokens =
            candidate.into_iter().flat_map(|it| [&it.access_token].into_iter().chain(&it.refresh_token));
        verifier.into_iter().chain(tokens)
    }

    /// What becomes of a flow that was left in this stage until it lapses.
    #[must_use]
    pub fn lapsed(&self) -> Self {
        match self {
            Self::ChoosingSite(_) => Self::Failed(FailureReason::SiteNotChosen),
            Self::Verifying(_) => Self::Failed(FailureReason::NotVerified),
            Self::Issued | Self::Started(_) | Self::Completed | Self::Failed(_) => self.clone(),
        }
    }
}

impl FailureReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::Declined,
        Self::ProviderError,
        Self::ExchangeFailed,
        Self::NoSite,
        Self::OtherUser,
        Self::NotVerified,
        Self::SiteNotChosen,
    ];

    /// A stable name, as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::ProviderError => "provider_error",
            Self::ExchangeFailed => "exchange_failed",
            Self::NoSite => "no_site",
            Self::OtherUser => "other_user",
            Self::NotVerified => "not_verified",
            Self::SiteNotChosen => "site_not_chosen",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}
