//! Whether and where applications confirm their end users.

use headwater_service::settings::Verification;
use serde::Deserialize;
use url::{Origin, Url};

use super::ConfigError;
use super::list::text_list;

const ORIGINS: &str = "verification.origins";

/// Confirming end users before their accounts become usable.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct VerificationConfig {
    /// Whether every authorization link needs a `user_verify_url`. `HEADWATER_VERIFICATION__REQUIRED`; default
    /// false: links without one activate the account on consent, which is for trying things out. In production set
    /// this, or somebody may get another person to connect their account under the wrong identifier.
    pub required: bool,
    /// The origins that a `user_verify_url` may have, such as `https://app.example`.
    /// `HEADWATER_VERIFICATION__ORIGINS`, with commas; default none, which allows every https origin, and http on
    /// this machine.
    #[serde(deserialize_with = "text_list")]
    pub origins: Vec<String>,
}

impl VerificationConfig {
    /// The setting as the use cases take it.
    pub fn setting(&self) -> Result<Verification, ConfigError> {
        let origins = self.origins.iter().map(|text| origin(text)).collect::<Result<_, _>>()?;
        Ok(Verification { required: self.required, origins })
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        self.setting().map(drop)
    }
}

/// Reads an origin: a scheme, a host and perhaps a port, nothing else.
fn origin(text: &str) -> Result<Origin, ConfigError> {
    let wrong = || {
        let problem =
            format!("`{text}` is not an origin; write scheme, host and port, such as https://app.example");
        ConfigError::invalid(ORIGINS, problem)
    };
    let url = Url::parse(text).map_err(|_| wrong())?;
    let origin = url.origin();
    // Wildcards would look as if they worked.
    let bare = !text.contains('*')
        && origin.is_tuple()
        && origin.ascii_serialization() == text.trim_end_matches('/');
    if bare && ["http", "https"].contains(&url.scheme()) { Ok(origin) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_exactly() {
        let of =
            |text: &str| VerificationConfig { required: false, origins: vec![text.to_owned()] }.setting();
        for good in ["https://app.example", "https://app.example:8443/", "http://localhost:3000"] {
            assert!(of(good).is_ok(), "{good}");
        }
        for bad in
            ["app.example", "https://app.example/path", "https://u@app.example", "ftp://x", "https://*.x", ""]
        {
            assert!(of(bad).is_err(), "{bad}");
        }
    }
}
