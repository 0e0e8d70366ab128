//! Where a provider's files may be.

use headwater_domain::target::AccountBase;
use url::Url;

/// Whether a file may be at an address: on the provider's own origin, as a sandbox on this machine has it, or encrypted
/// on one of its hosts.
pub(crate) fn known_host(url: &Url, base: &AccountBase, domains: &[&str]) -> bool {
    if !url.username().is_empty() || url.password().is_some() {
        return false;
    }
    if url.origin() == base.url().origin() {
        return true;
    }
    let host = url.host_str().unwrap_or_default();
    let belongs =
        |domain: &&str| host.strip_suffix(*domain).is_some_and(|it| it.is_empty() || it.ends_with('.'));
    url.scheme() == "https" && domains.iter().any(belongs)
}
