//! Which headers cross the proxy.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::provider_http::OUR_NAME;

/// Headers that belong to one connection (RFC 9110 §7.6.1), that name us or our caller, or that could change
/// what the provider takes the request for.
const KEPT_BACK: [&str; 27] = [
    "authorization",
    "connection",
    "connection_name",
    "content-length",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "identifier",
    "keep-alive",
    "origin",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-api-version",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "x-real-ip",
    "x-sdk-version",
];

/// Answer headers that would act on our own origin or on our own connection.
const NOT_OURS: [&str; 14] = [
    "alt-svc",
    "clear-site-data",
    "connection",
    "content-security-policy",
    "content-security-policy-report-only",
    "keep-alive",
    "proxy-authenticate",
    "set-cookie",
    "set-cookie2",
    "strict-transport-security",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
];

/// The caller's headers as the provider gets them, with exactly one `Authorization`: the account's.
pub(super) fn outbound(mut headers: HeaderMap, authorization: &HeaderValue) -> HeaderMap {
    strip(&mut headers, &KEPT_BACK);
    let forwarded: Vec<HeaderName> = headers
        .keys()
        .filter(|name| name.as_str().starts_with("x-forwarded-") || name.as_str().starts_with("sec-"))
        .cloned()
        .collect();
    for name in forwarded {
        headers.remove(name);
    }
    headers.insert(header::AUTHORIZATION, authorization.clone());
    headers.insert(header::USER_AGENT, OUR_NAME);
    headers
}

/// The provider's headers as the caller gets them. The body is data, never a page of ours: a browser that is led
/// here must not run it.
pub(super) fn inbound(mut headers: HeaderMap) -> HeaderMap {
    strip(&mut headers, &NOT_OURS);
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
}

/// Removes the listed headers and those that `Connection` names.
fn strip(headers: &mut HeaderMap, listed: &[&str]) {
    let named: Vec<String> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    for name in listed.iter().copied().chain(named.iter().map(String::as_str)) {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn only_the_accounts_authorization_and_end_to_end_headers_go_out() {
        let headers = map(&[
            ("Authorization", "Bearer ours"),
            ("authorization", "Bearer second"),
            ("Connection", "x-hop, Accept-Language"),
            ("x-hop", "1"),
            ("accept-language", "de"),
            ("Connection_name", "confluence"),
            ("identifier", "user_123"),
            ("x-sdk-version", "1"),
            ("x-forwarded-for", "10.0.0.1"),
            ("cookie", "a=b"),
            ("user-agent", "Mozilla/5.0"),
            ("content-type", "application/json"),
            ("x-atlassian-token", "no-check"),
            ("accept", "*/*"),
        ]);
        let out = outbound(headers, &HeaderValue::from_static("Bearer account"));
        let mut left: Vec<&str> = out.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["accept", "authorization", "content-type", "user-agent", "x-atlassian-token"]);
        assert_eq!(out.get_all("authorization").iter().collect::<Vec<_>>(), ["Bearer account"]);
    }

    #[test]
    fn answers_cannot_act_on_our_origin() {
        let headers = inbound(map(&[
            ("set-cookie", "a=b"),
            ("content-security-policy", "script-src *"),
            ("strict-transport-security", "max-age=1"),
            ("content-type", "text/html"),
            ("content-length", "5"),
            ("etag", "x"),
        ]));
        assert!(headers.get("set-cookie").is_none() && headers.get("strict-transport-security").is_none());
        assert_eq!(headers.get("content-security-policy").unwrap(), "sandbox; default-src 'none'");
        assert_eq!(headers.get("content-length").unwrap(), "5");
        assert_eq!(headers.get("etag").unwrap(), "x");
    }
}
