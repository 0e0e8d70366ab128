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
    let text = |name: &HeaderName| headers.get(name).map(|it| it.to_str().unwrap_or_default());
    match (text(&SITE), text(&ORIGIN)) {
        // `none` is what a person did without a page: a reload.
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == service.settings().base_url.origin().ascii_serialization(),
        (None, None) => !text(&USER_AGENT).is_some_and(|agent| agent.starts_with("Mozilla/")),
    }
}
