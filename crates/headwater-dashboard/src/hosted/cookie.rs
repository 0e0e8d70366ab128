//! The cookie that ties a connect flow to one browser.

use headwater_service::Service;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

/// Over HTTPS the `__Host-` prefix makes browsers insist on this host, the root path and a secure connection.
const SECURE_NAME: &str = "__Host-headwater_flow";
/// Plain HTTP is for development on one machine, where the prefix would make browsers drop the cookie.
const PLAIN_NAME: &str = "headwater_flow";
/// As long as the longest walk through the flow takes, in seconds.
const MAX_AGE: u32 = 1800;

fn name(service: &Service) -> (&'static str, &'static str) {
    if service.settings().base_url.scheme() == "https" { (SECURE_NAME, "; Secure") } else { (PLAIN_NAME, "") }
}

/// The `Set-Cookie` header that binds `token` to the browser.
pub(super) fn set(service: &Service, token: &str) -> Option<(http::HeaderName, HeaderValue)> {
    let (name, secure) = name(service);
    // Lax, not Strict: the provider's redirect back to us is a navigation from another site.
    let text = format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={MAX_AGE}{secure}");
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some((SET_COOKIE, value))
}

/// The token that the browser brought back.
pub(super) fn read<'a>(service: &Service, headers: &'a HeaderMap) -> Option<&'a str> {
    let (name, _) = name(service);
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}
