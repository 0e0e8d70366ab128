//! A secret in the configuration: given as it is, or as the name of a file that holds it. Never both.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use headwater_domain::secret::Secret;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use super::ConfigError;

/// Text that is not shown by `Debug` and wiped on drop.
#[derive(Clone)]
pub struct SecretText(Zeroizing<String>);

/// A secret that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Its file cannot be read.
    #[error("read the file {} that {setting}_file names", path.display())]
    Read {
        /// The setting that holds the secret itself.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is nothing in it.
    #[error("{0} is empty; remove the setting, or put the secret there")]
    Empty(&'static str),
}

/// Refuses a secret that is given twice.
pub(super) fn one_of(
    setting: &'static str,
    text: Option<&SecretText>,
    file: Option<&Path>,
) -> Result<(), ConfigError> {
    if text.is_some() && file.is_some() {
        return Err(ConfigError::invalid(setting, "is given itself and as a file; keep one of the two"));
    }
    Ok(())
}

/// The secret of `setting`, wherever it is. Blanks around it do not count: editors end files with a line break.
pub(super) fn resolve(
    setting: &'static str,
    text: Option<&SecretText>,
    file: Option<&Path>,
) -> Result<Option<Secret>, SecretError> {
    let content = match (text, file) {
        (Some(text), _) => text.0.clone(),
        (None, Some(path)) => fs::read_to_string(path)
            .map(Zeroizing::new)
            .map_err(|source| SecretError::Read { setting, path: path.to_path_buf(), source })?,
        (None, None) => return Ok(None),
    };
    match content.trim() {
        "" => Err(SecretError::Empty(setting)),
        secret => Ok(Some(Secret::new(secret.to_owned()))),
    }
}

impl SecretText {
    /// Takes a secret from the command line.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretText(…)")
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(SecretTextVisitor)
    }
}

struct SecretTextVisitor;

/// Numbers get a message of their own: serde's would repeat the value.
impl Visitor<'_> for SecretTextVisitor {
    type Value = SecretText;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("text in quotes")
    }

    fn visit_str<E>(self, text: &str) -> Result<SecretText, E> {
        Ok(SecretText(Zeroizing::new(text.to_owned())))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<SecretText, E> {
        Err(E::custom("must be text in quotes"))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<SecretText, E> {
        Err(E::custom("must be text in quotes"))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<SecretText, E> {
        Err(E::custom("must be text in quotes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "the test looks at what was read")]
    fn resolved(text: Option<&str>, file: Option<&Path>) -> Result<Option<String>, SecretError> {
        let text = text.map(|text| SecretText(Zeroizing::new(text.to_owned())));
        Ok(resolve("x.key", text.as_ref(), file)?.map(|secret| secret.expose().to_owned()))
    }

    #[test]
    fn it_comes_from_the_setting_or_from_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secret");
        fs::write(&file, "from file\n").unwrap();
        assert_eq!(resolved(None, None).unwrap(), None);
        assert_eq!(resolved(Some(" given "), None).unwrap().as_deref(), Some("given"));
        assert_eq!(resolved(None, Some(&file)).unwrap().as_deref(), Some("from file"));
        fs::write(&file, " \n").unwrap();
        assert!(resolved(None, Some(&file)).unwrap_err().to_string().starts_with("x.key is empty"));
        let missing = resolved(None, Some(&directory.path().join("missing"))).unwrap_err().to_string();
        assert!(missing.contains("missing") && missing.contains("x.key_file"), "{missing}");
    }

    #[test]
    fn f1_it_is_not_shown() {
        assert_eq!(format!("{:?}", SecretText(Zeroizing::new("hidden".to_owned()))), "SecretText(…)");
    }
}
