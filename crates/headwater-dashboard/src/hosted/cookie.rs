//! The cookies of the connect flow: one ties it to one browser, one keeps what is shown next.

use headwater_service::Service;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

/// Over HTTPS the `__Host-` prefix makes browsers insist on this host, the root path and a secure connection.
const SECURE_NAME: &str = "__Host-headwater_flow";
/// Plain HTTP is for development on one machine, where the prefix would make browsers drop the cookie.
const PLAIN_NAME: &str = "headwater_flow";
/// As long as the longest walk through the flow takes, in seconds.
const MAX_AGE: u32 = 1800;

/// What is shown next, in the same two ways.
const SECURE_SHOWN: &str = "__Host-headwater_shown";
const PLAIN_SHOWN: &str = "headwater_shown";

fn secure(service: &Service) -> bool {
    service.core.settings().base_url.scheme() == "https"
}

fn name(service: &Service) -> &'static str {
    if secure(service) { SECURE_NAME } else { PLAIN_NAME }
}

fn shown_name(service: &Service) -> &'static str {
    if secure(service) { SECURE_SHOWN } else { PLAIN_SHOWN }
}

/// The `Set-Cookie` header that binds `token` to the browser.
pub(super) fn set(service: &Service, token: &str) -> Option<(http::HeaderName, HeaderValue)> {
    header(service, name(service), token)
}

/// The `Set-Cookie` header with what is shown next, sealed.
pub(super) fn set_shown(service: &Service, sealed: &str) -> Option<(http::HeaderName, HeaderValue)> {
    header(service, shown_name(service), sealed)
}

fn header(service: &Service, name: &str, token: &str) -> Option<(http::HeaderName, HeaderValue)> {
    let secure = if secure(service) { "; Secure" } else { "" };
    // Lax, not Strict: the provider's redirect back to us is a navigation from another site.
    let text = format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={MAX_AGE}{secure}");
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some((SET_COOKIE, value))
}

/// The token that the browser brought back.
pub(super) fn read<'a>(service: &Service, headers: &'a HeaderMap) -> Option<&'a str> {
    find(headers, name(service))
}

/// What is to be shown, sealed.
pub(super) fn read_shown<'a>(service: &Service, headers: &'a HeaderMap) -> Option<&'a str> {
    find(headers, shown_name(service))
}

fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}
