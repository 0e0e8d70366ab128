//! The connect flow: from an authorization link to a usable account.
//!
//! A link only starts a flow. The flow is bound to the browser that used the link (a cookie) and to the
//! provider's answer (`state`); both are kept as digests. Each step consumes its flow by compare-and-swap, so
//! that of two replays one wins, and the code is never presented twice.
//!
//! Where the application asked for it, the tokens then wait until it has confirmed its end user: nothing in the flow
//! itself can tell the user it was made for from another one who was made to open the link.

mod callback;
mod candidate;
mod complete;
mod flow;
mod lapse;
mod link;
mod probe;
mod same_user;
mod shown;
mod start;
mod verify;
mod verify_url;
mod view;

use std::ops::Deref;
use std::sync::Arc;

use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::ConnectionId;
use headwater_domain::site::Site;
use headwater_domain::time::Timestamp;

pub use callback::CallbackQuery;
pub use link::LinkRequest;
pub use probe::SecretCheck;
pub use verify::VerifiedUser;
pub use view::{LinkState, LinkView};

use crate::accounts::Accounts;
use crate::audit::{Audit, Named};
use crate::connections::Connections;
use crate::connectors::Connectors;
use crate::core::Core;
use crate::events::Events;
use crate::grants::Grants;
use crate::live::LiveCache;
use crate::sites::Sites;
use crate::token_endpoint::TokenEndpoint;

/// The connect flow. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Connect(Arc<ConnectParts>);

/// The parts that [`Connect`] is made of.
pub struct ConnectParts {
    pub(crate) core: Core,
    pub(crate) audit: Audit,
    pub(crate) events: Events,
    pub(crate) connectors: Connectors,
    pub(crate) connections: Connections,
    pub(crate) sites: Sites,
    pub(crate) token_endpoint: TokenEndpoint,
    pub(crate) grants: Grants,
    pub(crate) accounts: Accounts,
    pub(crate) live: LiveCache,
}

impl Deref for Connect {
    type Target = ConnectParts;

    fn deref(&self) -> &ConnectParts {
        &self.0
    }
}

impl Connect {
    pub(crate) fn new(parts: ConnectParts) -> Self {
        Self(Arc::new(parts))
    }
}

/// An authorization link.
#[derive(Clone, Debug)]
pub struct AuthorizationLink {
    /// The absolute URL for the end user's browser.
    pub url: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// A flow that was just started: where to send the browser, and what it must bring back.
pub struct StartedFlow {
    /// The provider's consent page, with all parameters.
    pub authorize_url: String,
    /// The value of the cookie that binds the flow to this browser.
    pub browser_token: String,
}

/// What a step led to.
#[derive(Debug)]
pub enum CallbackOutcome {
    /// The account is usable.
    Connected(ConnectedSummary),
    /// The application has to confirm its end user: the browser goes to this URL.
    Verify(String),
    /// The grant reaches several sites; the end user picks one.
    ChooseSite(SiteChoice),
}

/// What to tell an end user whose account is connected.
#[derive(Clone, Debug)]
pub struct ConnectedSummary {
    /// The product's name.
    pub provider: String,
    /// The site that the account reaches.
    pub site: Site,
    /// Whom the account belongs to, as the application calls them.
    pub identifier: String,
}

/// The sites to choose from.
#[derive(Clone, Debug)]
pub struct SiteChoice {
    /// Names the flow in the form.
    pub flow: String,
    /// The connection, for the page's title.
    pub connection_id: ConnectionId,
    /// The sites that the grant reaches.
    pub sites: Vec<Site>,
}

/// Why a step of the connect flow did not work, for the page that the end user sees.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nothing is known about this link, state or flow.
    #[error("the authorization link is not known here")]
    Unknown,
    /// The link or step was used before.
    #[error("the authorization link was used before")]
    Used,
    /// The link or step has expired.
    #[error("the authorization link has expired")]
    Expired,
    /// The browser that came back is not the one that left.
    #[error("the answer came from another browser than the one that started")]
    OtherBrowser,
    /// The end user said no.
    #[error("the end user declined")]
    Declined,
    /// The provider reported an error.
    #[error("the provider reported {code}: {description}")]
    Provider {
        /// The OAuth error code.
        code: String,
        /// The provider's description.
        description: String,
    },
    /// The code was not accepted, or the token endpoint was away.
    #[error("the authorization code could not be exchanged: {0}")]
    Exchange(String),
    /// The provider does not accept the connection's client id and secret. Only the operator can mend that.
    #[error("the provider does not accept the client id and secret of connection `{0}`")]
    WrongSecret(String),
    /// The grant reaches no site.
    #[error("the grant reaches no site")]
    NoSite,
    /// The account is connected as another user of the provider.
    #[error("the consent came from another user of the provider than the one the account is connected as")]
    OtherUser,
    /// Whoever consented cannot be compared with whom the account is connected as.
    #[error(
        "the provider did not tell whether the consent came from the user that the account is connected as"
    )]
    UserUnknown,
    /// The site that was picked is not among those offered.
    #[error("the site is not among those that were granted")]
    ForeignSite,
    /// The connection cannot be used now.
    #[error(transparent)]
    Service(#[from] crate::error::ServiceError),
}

impl From<headwater_ports::store::StoreError> for ConnectError {
    fn from(error: headwater_ports::store::StoreError) -> Self {
        Self::Service(error.into())
    }
}

impl Named for ConnectError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unknown => ErrorCode::UnknownLink,
            Self::Used => ErrorCode::LinkUsed,
            Self::Expired => ErrorCode::LinkExpired,
            Self::OtherBrowser => ErrorCode::OtherBrowser,
            Self::Declined => ErrorCode::Declined,
            Self::Provider { .. } => ErrorCode::ProviderError,
            Self::Exchange(_) => ErrorCode::ExchangeFailed,
            Self::WrongSecret(_) => ErrorCode::WrongClientSecret,
            Self::NoSite => ErrorCode::NoSite,
            Self::OtherUser => ErrorCode::OtherUser,
            Self::UserUnknown => ErrorCode::UserUnknown,
            Self::ForeignSite => ErrorCode::ForeignSite,
            Self::Service(error) => error.code(),
        }
    }
}
