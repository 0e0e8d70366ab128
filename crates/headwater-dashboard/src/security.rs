//! Headers that every page carries.

use axum::response::Response;
use http::HeaderValue;
use http::header;

/// Forbids framing, foreign content, scripts, caching, forms that lead away, and the leaking of links through the referrer.
/// Within our own origin there is a referrer: with `no-referrer` browsers send forms with the origin `null`, and a form
/// could not be told from one of another site.
pub(crate) async fn harden(mut response: Response) -> Response {
    let policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
