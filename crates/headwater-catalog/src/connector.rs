//! What differs between providers, behind one trait.

use headwater_domain::connection::Endpoints;
use headwater_domain::provider::ProviderKey;
use headwater_domain::site::Site;
use headwater_domain::target::AccountBase;

use crate::arguments::{Arguments, Violation};
use crate::catalogue::Catalogue;
use crate::definition::Tool;
use crate::failure::ToolFailure;
use crate::plan::RequestPlan;

/// A provider: its tools, its OAuth habits and how to read its answers. Pure: it does no I/O itself.
pub trait Connector: Send + Sync {
    /// Its key in the catalogue.
    fn provider(&self) -> &ProviderKey;

    /// Its name for people.
    fn display_name(&self) -> &str;

    /// Its tools.
    fn catalogue(&self) -> &Catalogue;

    /// Where its endpoints are, unless a connection says otherwise.
    fn default_endpoints(&self) -> Endpoints;

    /// The scopes that its published tools need, without [`Connector::offline_scope`].
    fn default_scopes(&self) -> Vec<String>;

    /// What its authorize request needs besides what every OAuth authorize request has.
    fn authorize_parameters(&self) -> Vec<(&'static str, &'static str)>;

    /// The scope that [`Connector::identity_path`] needs.
    fn identity_scope(&self) -> &'static str;

    /// The scope that makes it issue a refresh token.
    fn offline_scope(&self) -> &'static str;

    /// What is wrong with a scope that a connection is to ask for: an end user's consent would fail with it. `None` for
    /// one that is fine, or that only the provider can judge.
    fn scope_problem(&self, _scope: &str) -> Option<String> {
        None
    }

    /// Reads the answer of the endpoint that lists a grant's sites.
    fn read_sites(&self, status: u16, body: &[u8]) -> Result<Vec<Site>, SitesError>;

    /// The path, below an account's base, that tells who the end user is.
    fn identity_path(&self) -> &'static str;

    /// Reads the end user's id from the answer of [`Connector::identity_path`].
    fn read_identity(&self, status: u16, body: &[u8]) -> Option<String>;

    /// The part of the API that an account on `site` may reach.
    fn account_base(&self, endpoints: &Endpoints, site: &Site) -> AccountBase;

    /// The request that a call of `tool` becomes.
    fn plan(&self, tool: &Tool, arguments: &Arguments) -> Result<RequestPlan, Vec<Violation>> {
        RequestPlan::new(tool, arguments)
    }

    /// Reads an answer other than success. `header` looks a response header up by its lower-case name.
    fn read_failure(
        &self,
        tool: &Tool,
        status: u16,
        header: &dyn Fn(&str) -> Option<String>,
        body: &[u8],
    ) -> ToolFailure;

    /// The domains that keep its files. A download is followed there, without the account's token, and nowhere else.
    fn file_domains(&self) -> &'static [&'static str];

    /// Whether an answer could mean that the access token is no longer accepted. `path` is the request's, below
    /// the account's base. `body` is absent where it cannot be read, as in answers to HEAD and packed ones: then status
    /// and path alone decide.
    fn stale_token_suspected(&self, status: u16, path: &str, body: Option<&[u8]>) -> bool;
}

/// A list of sites that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SitesError {
    /// The provider does not accept the token.
    #[error(
        "the provider did not accept the token while listing its sites (status {0}); authorize the account again"
    )]
    Unauthorized(u16),
    /// The provider answered with an error.
    #[error("the provider answered the request for the list of sites with status {0}; try again later")]
    Refused(u16),
    /// The answer is not a list of sites.
    #[error("the provider's list of sites could not be read; check the connection's resources endpoint")]
    Unreadable(#[source] serde_json::Error),
    /// A site's id is not one that can stand in a path.
    #[error(
        "the provider's list of sites holds an id that is not a cloud id; check the connection's resources endpoint"
    )]
    BadCloudId,
}
