//! Which headers cross the proxy.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::provider_http::OUR_NAME;

/// Headers that belong to one connection (RFC 9110 §7.6.1), that name us or our caller, or that could change
/// what the provider takes the request for.
const KEPT_BACK: &[&str] = &[
    "authorization",
    "cf-connecting-ip",
    "client-ip",
    "connection",
    "content-length",
    "cookie",
    "expect",
    "forwarded",
    "fastly-client-ip",
    "host",
    "http2-settings",
    "identifier",
    "keep-alive",
    "max-forwards",
    "origin",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "true-client-ip",
    "upgrade",
    "user-agent",
    "via",
    "x-api-version",
    "x-client-ip",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url",
    "x-sdk-version",
];

/// Answer headers that would act on our own origin or on our own connection.
const NOT_OURS: &[&str] = &[
    "accept-ch",
    "alt-svc",
    "clear-site-data",
    "connection",
    "content-security-policy",
    "content-security-policy-report-only",
    "critical-ch",
    "expect-ct",
    "keep-alive",
    "nel",
    "origin-agent-cluster",
    "permissions-policy",
    "proxy-authenticate",
    "public-key-pins",
    "refresh",
    "report-to",
    "reporting-endpoints",
    "service-worker-allowed",
    "set-cookie",
    "set-cookie2",
    "set-login",
    "speculation-rules",
    "strict-transport-security",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
];

/// The caller's headers as the provider gets them, with exactly one `Authorization`: the account's.
pub(super) fn outbound(mut headers: HeaderMap, authorization: &HeaderValue) -> HeaderMap {
    strip(&mut headers, KEPT_BACK);
    remove_where(&mut headers, |name| {
        // Gateways in front of old programs read an underscore as a dash: `x_forwarded_for`, `proxy_authorization`.
        name.contains('_') || ["x-forwarded", "sec-", "proxy-"].iter().any(|it| name.starts_with(it))
    });
    headers.insert(header::AUTHORIZATION, authorization.clone());
    headers.insert(header::USER_AGENT, OUR_NAME);
    headers
}

/// The provider's headers as the caller gets them. The body is data, never a page of ours: a browser that is led
/// here must not run it.
pub(super) fn inbound(mut headers: HeaderMap) -> HeaderMap {
    strip(&mut headers, NOT_OURS);
    remove_where(&mut headers, |name| {
        ["access-control-", "cross-origin-"].iter().any(|it| name.starts_with(it))
    });
    headers.insert(header::CONTENT_DISPOSITION, attachment(headers.get(header::CONTENT_DISPOSITION)));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
}

/// The provider's disposition, with the file's name where it has one, but to be saved and never to be shown.
fn attachment(given: Option<&HeaderValue>) -> HeaderValue {
    const ATTACHMENT: &str = "attachment";
    let parameters = given.and_then(|it| it.to_str().ok()).and_then(|it| it.split_once(';'));
    parameters
        .and_then(|(_, rest)| HeaderValue::try_from(format!("{ATTACHMENT};{rest}")).ok())
        .unwrap_or(HeaderValue::from_static(ATTACHMENT))
}

fn remove_where(headers: &mut HeaderMap, condition: impl Fn(&str) -> bool) {
    let names: Vec<HeaderName> = headers.keys().filter(|it| condition(it.as_str())).cloned().collect();
    for name in names {
        headers.remove(name);
    }
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
    fn c4_only_the_accounts_authorization_and_end_to_end_headers_go_out() {
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
            ("x_forwarded_for", "10.0.0.1"),
            ("x-original-url", "/admin"),
            ("proxy_authorization", "Basic x"),
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
    fn c7_answers_cannot_act_on_our_origin() {
        let headers = inbound(map(&[
            ("set-cookie", "a=b"),
            ("content-security-policy", "script-src *"),
            ("strict-transport-security", "max-age=1"),
            ("content-type", "text/html"),
            ("content-disposition", "inline; filename=\"a.html\""),
            ("refresh", "0; url=https://evil.example/"),
            ("nel", "{}"),
            ("access-control-allow-origin", "*"),
            ("content-length", "5"),
            ("etag", "x"),
        ]));
        assert!(headers.get("set-cookie").is_none() && headers.get("strict-transport-security").is_none());
        assert!(
            ["refresh", "nel", "access-control-allow-origin"].iter().all(|it| headers.get(*it).is_none())
        );
        assert_eq!(headers.get("content-disposition").unwrap(), "attachment; filename=\"a.html\"");
        assert_eq!(inbound(HeaderMap::new()).get("content-disposition").unwrap(), "attachment");
        assert_eq!(headers.get("content-security-policy").unwrap(), "sandbox; default-src 'none'");
        assert_eq!(headers.get("content-length").unwrap(), "5");
        assert_eq!(headers.get("etag").unwrap(), "x");
    }
}
