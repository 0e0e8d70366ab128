//! Connections: one registered OAuth app of the operator, through which end users connect.

use url::Url;

use crate::id::ConnectionId;
use crate::name::ConnectionName;
use crate::provider::ProviderKey;
use crate::sealed::Sealed;
use crate::time::Timestamp;

/// A registered OAuth app and where its provider lives.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its identifier; part of the redirect URI.
    pub id: ConnectionId,
    /// The name that callers use.
    pub name: ConnectionName,
    /// Which product it reaches.
    pub provider: ProviderKey,
    /// The OAuth client id from the provider's developer console; empty until configured.
    pub client_id: String,
    /// The OAuth client secret, sealed; absent until configured.
    pub client_secret: Option<Sealed>,
    /// The scopes that a consent asks for, without `offline_access`, which is always added.
    pub scopes: Vec<String>,
    /// Where the provider's OAuth and API endpoints are.
    pub endpoints: Endpoints,
    /// Whether the authorize request carries a PKCE challenge (RFC 7636, S256).
    pub pkce: bool,
    /// A disabled connection starts no flow and serves no call.
    pub enabled: bool,
    /// Whether its accounts can use tools beyond the published catalogue.
    pub additional_tools: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with every change; writes compare it.
    pub version: u64,
}

impl Connection {
    /// Whether the OAuth app's credentials are there, so that a flow can start.
    pub fn configured(&self) -> bool {
        !self.client_id.is_empty() && self.client_secret.is_some()
    }
}

/// Where a provider's endpoints are. Atlassian's by default; a sandbox is just another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Where the browser is sent for consent.
    pub authorize: Url,
    /// Where codes and refresh tokens are exchanged.
    pub token: Url,
    /// Lists the sites of a grant.
    pub resources: Url,
    /// The origin and path below which the provider's API gateway answers.
    pub api_base: Url,
}
