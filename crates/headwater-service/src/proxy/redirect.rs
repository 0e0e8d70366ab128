//! Redirects of a provider. They are never followed here, so that no bearer can leak; a target inside the
//! account's API base is rewritten to lead back through the proxy, others are passed on as they are.

use http::HeaderMap;
use http::header::{HeaderValue, LOCATION};
use url::Url;

use crate::settings::Settings;

/// Rewrites `Location` where it points into the account's API base or at a bare path of the provider.
pub(super) fn keep_inside(headers: &mut HeaderMap, base: &Url, settings: &Settings) {
    let Some(location) = headers.get(LOCATION).and_then(|value| value.to_str().ok()) else { return };
    let Some(inside) = inside(location, base) else { return };
    if let Ok(value) = HeaderValue::try_from(settings.url(&format!("/proxy{inside}"))) {
        headers.insert(LOCATION, value);
    }
}

fn inside(location: &str, base: &Url) -> Option<String> {
    if location.starts_with('/') && !location.starts_with("//") && !location.starts_with("/\\") {
        let below = location.strip_prefix(base.path().trim_end_matches('/'));
        return Some(below.filter(|it| it.starts_with('/')).unwrap_or(location).to_owned());
    }
    let below = location.strip_prefix(base.as_str().trim_end_matches('/'))?;
    below.starts_with('/').then(|| below.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_targets_inside_the_base_lead_back_through_the_proxy() {
        let base = Url::parse("https://api.atlassian.com/ex/confluence/cloud").unwrap();
        let table = [
            ("https://api.atlassian.com/ex/confluence/cloud/wiki/x?a=1", Some("/wiki/x?a=1")),
            ("/ex/confluence/cloud/wiki/x", Some("/wiki/x")),
            ("/wiki/x", Some("/wiki/x")),
            ("/ex/confluence/cloudy/wiki", Some("/ex/confluence/cloudy/wiki")),
            ("https://api.media.atlassian.com/file?token=t", None),
            ("https://api.atlassian.com/ex/confluence/cloudy/wiki", None),
            ("//evil.example/x", None),
        ];
        for (location, expected) in table {
            assert_eq!(inside(location, &base).as_deref(), expected, "{location}");
        }
    }
}
