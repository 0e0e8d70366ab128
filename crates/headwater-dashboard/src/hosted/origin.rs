//! Which site a form was sent from. A page of ours asks before a flow starts; a form of another site would skip it.

use headwater_service::Service;
use http::header::{ORIGIN, USER_AGENT};
use http::{HeaderMap, HeaderName};

/// What browsers say about where a request comes from (W3C Fetch Metadata).
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a form came from a page of ours. Browsers say so in `Sec-Fetch-Site`; older ones, and all over plain HTTP,
/// name the page's origin. A browser that says neither is not believed. Programs say neither and are let through: nobody can
/// make them send a form.
pub(super) fn is_ours(service: &Service, headers: &HeaderMap) -> bool {
    from_pages_of(&service.core.settings().base_url.origin().ascii_serialization(), headers)
}

/// Whether a form came from a page of `own`, an origin.
fn from_pages_of(own: &str, headers: &HeaderMap) -> bool {
    // A header that is no text is not absent.
    let text = |name: &HeaderName| headers.get(name).map(|it| it.to_str().unwrap_or_default());
    match (text(&SITE), text(&ORIGIN)) {
        // `none` is what a person did without a page: a reload.
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == own,
        (None, None) => !text(&USER_AGENT).is_some_and(|agent| agent.starts_with("Mozilla/")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b13_only_a_form_of_our_own_pages_is_ours() {
        let own = "https://headwater.example";
        let table: [(&[(&str, &str)], bool); 9] = [
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "cross-site"), ("origin", own)], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("origin", own)], true),
            (&[("origin", "null")], false),
            (&[("origin", "https://headwater.example.evil.example")], false),
            (&[("user-agent", "Mozilla/5.0")], false),
            (&[("user-agent", "curl/8")], true),
        ];
        for (pairs, expected) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, http::HeaderValue::from_static(value));
            }
            assert_eq!(from_pages_of(own, &headers), expected, "{pairs:?}");
        }
    }
}
