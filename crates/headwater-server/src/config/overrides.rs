//! What the command line says about settings.

use std::net::SocketAddr;
use std::path::PathBuf;

use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider};
use serde::Serialize;

/// Settings given explicitly; `None` leaves the other sources alone. They win over everything else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Overrides {
    /// Replaces `base_url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Replaces `data_dir`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Replaces `listen.address`.
    #[serde(skip_serializing_if = "Option::is_none", rename = "listen.address")]
    pub listen_address: Option<SocketAddr>,
    /// Replaces `tls.certificate_file`.
    #[serde(skip_serializing_if = "Option::is_none", rename = "tls.certificate_file")]
    pub certificate_file: Option<PathBuf>,
    /// Replaces `tls.key_file`.
    #[serde(skip_serializing_if = "Option::is_none", rename = "tls.key_file")]
    pub key_file: Option<PathBuf>,
    /// Replaces `log.level`.
    #[serde(skip_serializing_if = "Option::is_none", rename = "log.level")]
    pub log_level: Option<String>,
    /// Replaces `log.format`.
    #[serde(skip_serializing_if = "Option::is_none", rename = "log.format")]
    pub log_format: Option<super::log::LogFormat>,
    /// Replaces `policy.credentials`.
    #[serde(skip_serializing_if = "Option::is_none", rename = "policy.credentials")]
    pub credentials: Option<&'static str>,
    /// Replaces `upstream.allow_hosts`, when there are any.
    #[serde(skip_serializing_if = "Vec::is_empty", rename = "upstream.allow_hosts")]
    pub allow_hosts: Vec<String>,
}

impl Provider for &Overrides {
    fn metadata(&self) -> Metadata {
        Metadata::named("the command line")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let flat = Value::serialize(self)?.into_dict().unwrap_or_default();
        let nested =
            flat.into_iter().filter_map(|(name, value)| figment::util::nest(&name, value).into_dict());
        Ok(Profile::Default.collect(nested.fold(Dict::new(), merged)))
    }
}

/// Both together; where both have a setting, that of `from`. Sections may lie in sections.
pub(super) fn merged(mut into: Dict, from: Dict) -> Dict {
    for (section, value) in from {
        match (into.get_mut(&section), value) {
            (Some(Value::Dict(_, present)), Value::Dict(_, added)) => {
                *present = merged(std::mem::take(present), added);
            }
            (_, value) => drop(into.insert(section, value)),
        }
    }
    into
}
