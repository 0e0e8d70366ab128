//! The form of a scenario.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::control::FaultSpec;
use crate::edition::Edition;
use crate::rules::{ConsentOutcome, ConsentSites};

/// One scenario.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScenarioFile {
    /// The purpose of the scenario.
    pub(super) description: String,
    #[serde(default)]
    pub(super) clock: ClockEntry,
    /// Members of the control port's options, which replace those in force.
    #[serde(default)]
    pub(super) options: Map<String, Value>,
    pub(super) consent: Option<ConsentEntry>,
    #[serde(default)]
    pub(super) client: Vec<ClientEntry>,
    #[serde(default)]
    pub(super) user: Vec<UserEntry>,
    #[serde(default)]
    pub(super) site: Vec<SiteEntry>,
    #[serde(default)]
    pub(super) space: Vec<SpaceEntry>,
    #[serde(default)]
    pub(super) fault: Vec<FaultSpec>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockEntry {
    #[serde(default)]
    pub(super) advance_seconds: i64,
    pub(super) standing: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsentEntry {
    pub(super) outcome: ConsentOutcome,
    pub(super) sites: ConsentSites,
    pub(super) account_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientEntry {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) redirect_uris: Vec<String>,
    pub(super) name: String,
    #[serde(default)]
    pub(super) scopes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserEntry {
    pub(super) account_id: String,
    pub(super) name: String,
    pub(super) email: String,
    #[serde(default = "utc")]
    pub(super) time_zone: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteEntry {
    /// The cloud id of a site that is added.
    pub(super) cloud_id: Option<String>,
    /// The name of the site; without one the entry is about all sites.
    pub(super) name: Option<String>,
    /// The edition that the site has bought.
    pub(super) edition: Option<Edition>,
    /// The state of the v1 operations on content that are no longer documented.
    pub(super) classic_content: Option<ClassicContent>,
    /// The way in which access to spaces is given.
    pub(super) space_roles: Option<SpaceRoles>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum ClassicContent {
    Answered,
    Gone,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum SpaceRoles {
    /// By permissions only.
    None,
    /// By permissions and by roles.
    Transition,
    /// By roles only.
    Only,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SpaceEntry {
    /// The name of its site, which is in this file or exists already.
    pub(super) site: String,
    pub(super) key: String,
    pub(super) name: String,
    /// The account id of its author.
    pub(super) author: String,
    #[serde(default)]
    pub(super) description: String,
    /// The pages; the first one becomes the homepage.
    #[serde(default)]
    pub(super) page: Vec<PageEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageEntry {
    pub(super) title: String,
    /// The title of a page above it in this space; the homepage when nothing is said.
    pub(super) parent: Option<String>,
    #[serde(default)]
    pub(super) body: String,
    #[serde(default)]
    pub(super) labels: Vec<String>,
    #[serde(default)]
    pub(super) private: bool,
    /// The number of copies, which are numbered behind the title.
    pub(super) copies: Option<u32>,
}

fn utc() -> String {
    "+00:00".to_owned()
}
