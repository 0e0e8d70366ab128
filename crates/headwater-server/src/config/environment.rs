//! `HEADWATER_*` variables as settings.
//!
//! figment's own reader takes the process environment only and guesses types; this one is given the variables, so
//! that tests need no global state, and leaves every value text, so that a key made of digits stays a key.

use std::ffi::OsString;

use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider};

use super::overrides::merged;

const PREFIX: &str = "HEADWATER_";
/// `CONFIG` names the file and is read by the command line.
const NOT_SETTINGS: [&str; 1] = ["CONFIG"];

/// The variables that a configuration is read from.
#[derive(Clone, Debug, Default)]
pub struct Environment(Vec<(String, String)>);

impl Environment {
    /// The variables of this process.
    pub fn of_process() -> Self {
        Self::new(std::env::vars_os())
    }

    /// Those of `variables` that are settings. Empty ones count as not set, as container tools pass them that way.
    pub fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let text = variables.into_iter().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let setting = name.strip_prefix(PREFIX)?;
            (!set_by_others(setting))
                .then(|| (setting.to_ascii_lowercase(), value.to_string_lossy().into_owned()))
        });
        Self(text.filter(|(_, value)| !value.is_empty()).collect())
    }
}

/// Kubernetes gives every pod variables for a service of the name `headwater`; those are not misspelt settings.
fn set_by_others(setting: &str) -> bool {
    NOT_SETTINGS.contains(&setting)
        || setting == "PORT"
        || setting.starts_with("PORT_")
        || setting.starts_with("SERVICE_HOST")
        || setting.starts_with("SERVICE_PORT")
}

/// The variable of a setting, such as `HEADWATER_LISTEN__ADDRESS` for `listen.address`.
pub(super) fn variable(setting: &[impl AsRef<str>]) -> String {
    let parts: Vec<_> = setting.iter().map(|part| part.as_ref().to_ascii_uppercase()).collect();
    format!("{PREFIX}{}", parts.join("__"))
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named("the environment").interpolater(|_: &Profile, setting: &[&str]| variable(setting))
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let nested = self.0.iter().filter_map(|(setting, value)| {
            let path = setting.replace("__", ".");
            figment::util::nest(&path, Value::from(value.clone())).into_dict()
        });
        Ok(Profile::Default.collect(nested.fold(Dict::new(), merged)))
    }
}
