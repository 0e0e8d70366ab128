//! The names that our certificate authority may speak for (RFC 5280 §4.2.1.10): this machine's and the server's own.
//!
//! Host names only. `BoringSSL`, with which gRPC's Python client verifies, refuses every certificate with an address in it
//! when its authority has a constraint on addresses, whatever that says.

use std::collections::BTreeSet;

use rcgen::{GeneralSubtree, NameConstraints, SanType};

/// Host names, with what is below them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Permitted(BTreeSet<String>);

impl Permitted {
    /// Enough for a certificate with these names.
    pub(super) fn of(names: &[SanType]) -> Self {
        let text = |name: &SanType| match name {
            SanType::DnsName(host) => Some(host.as_str().to_owned()),
            _ => None,
        };
        Self(names.iter().filter_map(text).collect())
    }

    /// Whether a certificate that permits what stands in `text` permits all of this.
    pub(super) fn covered_by(&self, text: &str) -> bool {
        let there: BTreeSet<&str> = text.lines().collect();
        self.0.iter().all(|name| there.contains(name.as_str()))
    }

    /// One name a line.
    pub(super) fn to_text(&self) -> String {
        self.0.iter().flat_map(|name| [name.as_str(), "\n"]).collect()
    }

    /// For the certificate.
    pub(super) fn constraints(&self) -> NameConstraints {
        let permitted_subtrees = self.0.iter().cloned().map(GeneralSubtree::DnsName).collect();
        NameConstraints { permitted_subtrees, excluded_subtrees: Vec::new() }
    }
}
