//! What headwater knows about Confluence Cloud: its tools as data, and the little that cannot be data. Pure.

mod failure;
mod identity;
mod sites;
mod stale;
mod vendor_error;

use headwater_catalog::catalogue::Catalogue;
use headwater_catalog::connector::{Connector, SitesError};
use headwater_catalog::definition::Tool;
use headwater_catalog::failure::ToolFailure;
use headwater_catalog::file::{LoadError, OperatorFile, read};
use headwater_catalog::scopes::{Preference, needed};
use headwater_domain::connection::Endpoints;
use headwater_domain::provider::ProviderKey;
use headwater_domain::site::Site;
use headwater_domain::target::AccountBase;
use url::Url;

/// The tool files, by family.
const FILES: [(&str, &str); 4] = [
    ("blog_posts.toml", include_str!("../tools/blog_posts.toml")),
    ("pages.toml", include_str!("../tools/pages.toml")),
    ("search.toml", include_str!("../tools/search.toml")),
    ("spaces.toml", include_str!("../tools/spaces.toml")),
];

/// What comes between the gateway's base and the cloud id.
const GATEWAY_PREFIX: &str = "/ex/confluence/";

/// Confluence Cloud, reached by OAuth 2.0 (3LO).
#[derive(Debug)]
pub struct Confluence {
    provider: ProviderKey,
    catalogue: Catalogue,
    scopes: Vec<String>,
}

impl Confluence {
    /// Reads the tool files that are part of the binary.
    pub fn new() -> Result<Self, LoadError> {
        Self::with_files(&[]).map(|(confluence, _)| confluence)
    }

    /// Reads the tool files that are part of the binary, and the operator's beside them; returns what is wrong with
    /// the latter.
    pub fn with_files(files: &[OperatorFile]) -> Result<(Self, Vec<LoadError>), LoadError> {
        let mut tools = Vec::new();
        for (name, text) in FILES {
            tools.extend(read(name, text)?);
        }
        let (catalogue, broken) = Catalogue::with_files(tools, files)?;
        let scopes = needed_scopes(&catalogue);
        Ok((Self { provider: ProviderKey::new("CONFLUENCE"), catalogue, scopes }, broken))
    }
}

/// What the published tools and the identity request need, each once, in alphabetical order.
fn needed_scopes(catalogue: &Catalogue) -> Vec<String> {
    let mut scopes = needed(catalogue.tools().filter(|tool| tool.published), Preference::Fewest);
    scopes.push(identity::SCOPE.to_owned());
    scopes.sort();
    scopes.dedup();
    scopes
}

impl Connector for Confluence {
    fn provider(&self) -> &ProviderKey {
        &self.provider
    }

    fn display_name(&self) -> &'static str {
        "Confluence"
    }

    fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    fn default_endpoints(&self) -> Endpoints {
        Endpoints {
            authorize: known_url("https://auth.atlassian.com/authorize"),
            token: known_url("https://auth.atlassian.com/oauth/token"),
            resources: known_url("https://api.atlassian.com/oauth/token/accessible-resources"),
            api_base: known_url("https://api.atlassian.com/"),
        }
    }

    fn default_scopes(&self) -> Vec<String> {
        self.scopes.clone()
    }

    fn authorize_parameters(&self) -> Vec<(&'static str, &'static str)> {
        vec![("audience", "api.atlassian.com"), ("prompt", "consent")]
    }

    fn identity_scope(&self) -> &'static str {
        identity::SCOPE
    }

    fn offline_scope(&self) -> &'static str {
        "offline_access"
    }

    fn read_sites(&self, status: u16, body: &[u8]) -> Result<Vec<Site>, SitesError> {
        sites::read(status, body)
    }

    fn identity_path(&self) -> &'static str {
        identity::PATH
    }

    fn read_identity(&self, status: u16, body: &[u8]) -> Option<String> {
        identity::read(status, body)
    }

    fn account_base(&self, endpoints: &Endpoints, site: &Site) -> AccountBase {
        let mut url = endpoints.api_base.clone();
        let base = url.path().trim_end_matches('/');
        let path = format!("{base}{GATEWAY_PREFIX}{}", site.cloud_id);
        url.set_path(&path);
        url.set_query(None);
        url.set_fragment(None);
        AccountBase::new(url, GATEWAY_PREFIX, &site.cloud_id)
    }

    fn read_failure(
        &self,
        tool: &Tool,
        status: u16,
        header: &dyn Fn(&str) -> Option<String>,
        body: &[u8],
    ) -> ToolFailure {
        failure::read(tool, status, header, body)
    }

    fn stale_token_suspected(&self, status: u16, path: &str, body: &[u8]) -> bool {
        stale::suspected(status, path, body)
    }
}

fn known_url(text: &'static str) -> Url {
    Url::parse(text).expect("invariant: the addresses above are valid URLs")
}

#[cfg(test)]
mod tests;
