//! The edition of Confluence that a site has bought. Some operations are refused on the smaller editions.

use serde::Deserialize;

/// The edition of a site.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum Edition {
    /// No archiving, no classification, no redaction.
    Free,
    /// Archives one page at a time.
    Standard,
    /// Archives many pages at once.
    Premium,
    /// Everything, with data classification and redaction.
    Enterprise,
}

impl Edition {
    /// Returns the name of the edition.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Standard => "standard",
            Self::Premium => "premium",
            Self::Enterprise => "enterprise",
        }
    }

    /// Returns the edition with this name.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Free, Self::Standard, Self::Premium, Self::Enterprise]
            .into_iter()
            .find(|edition| edition.as_str() == word)
    }
}
