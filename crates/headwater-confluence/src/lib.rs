//! What headwater knows about Confluence Cloud: its tools as data, and the little that cannot be data. Pure.

mod failure;
mod family;
mod identity;
mod scopes;
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
use serde_json::{Map, Value};
use url::Url;

pub use self::family::{Family, families};

/// The tool files, by family.
const FILES: [(&str, &str); 20] = [
    ("attachments.toml", include_str!("../tools/attachments.toml")),
    ("blog_posts.toml", include_str!("../tools/blog_posts.toml")),
    ("comments.toml", include_str!("../tools/comments.toml")),
    ("content.toml", include_str!("../tools/content.toml")),
    ("custom_content.toml", include_str!("../tools/custom_content.toml")),
    ("data_policies.toml", include_str!("../tools/data_policies.toml")),
    ("databases.toml", include_str!("../tools/databases.toml")),
    ("folders.toml", include_str!("../tools/folders.toml")),
    ("labels.toml", include_str!("../tools/labels.toml")),
    ("pages.toml", include_str!("../tools/pages.toml")),
    ("restrictions.toml", include_str!("../tools/restrictions.toml")),
    ("search.toml", include_str!("../tools/search.toml")),
    ("smart_links.toml", include_str!("../tools/smart_links.toml")),
    ("space_permissions.toml", include_str!("../tools/space_permissions.toml")),
    ("spaces.toml", include_str!("../tools/spaces.toml")),
    ("tasks.toml", include_str!("../tools/tasks.toml")),
    ("templates.toml", include_str!("../tools/templates.toml")),
    ("users.toml", include_str!("../tools/users.toml")),
    ("watches.toml", include_str!("../tools/watches.toml")),
    ("whiteboards.toml", include_str!("../tools/whiteboards.toml")),
];

/// What the tools return, by name.
const OUTPUTS: &str = include_str!("../tools/outputs.json");

/// The families that most agents use. A new connection asks for the scopes of their published tools; asking for more
/// than is needed makes end users say no, and operators tick more in the developer console.
const EVERYDAY: [&str; 8] = [
    "attachments.toml",
    "blog_posts.toml",
    "comments.toml",
    "labels.toml",
    "pages.toml",
    "search.toml",
    "spaces.toml",
    "tasks.toml",
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
        let (mut tools, mut scopes) = (Vec::new(), vec![identity::SCOPE.to_owned()]);
        let mut outputs: Map<String, Value> = serde_json::from_str(OUTPUTS).unwrap_or_default();
        for (name, text) in FILES {
            let family = read(name, text)?;
            if EVERYDAY.contains(&name) {
                scopes.extend(needed(family.iter().filter(|tool| tool.published), Preference::Fewest));
            }
            tools.extend(family.into_iter().map(|mut tool| {
                tool.output_schema = outputs.remove(&tool.name);
                tool
            }));
        }
        scopes.sort();
        scopes.dedup();
        let (catalogue, broken) = Catalogue::with_files(tools, files)?;
        Ok((Self { provider: ProviderKey::new("CONFLUENCE"), catalogue, scopes }, broken))
    }
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

    fn scope_problem(&self, scope: &str) -> Option<String> {
        scopes::problem(&self.catalogue, scope)
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
        failure::read(&self.catalogue, tool, status, header, body)
    }

    fn file_domains(&self) -> &'static [&'static str] {
        &["atlassian.com", "atlassian.net", "atl-paas.net", "amazonaws.com"]
    }

    fn stale_token_suspected(&self, status: u16, path: &str, body: Option<&[u8]>) -> bool {
        stale::suspected(status, path, body)
    }
}

fn known_url(text: &'static str) -> Url {
    Url::parse(text).expect("invariant: the addresses above are valid URLs")
}

#[cfg(test)]
mod tests;
