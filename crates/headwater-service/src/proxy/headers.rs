//! Which headers cross the proxy: those that clients of Confluence use, and no others. `docs/proxy.md` lists them.
//!
//! A list of what must not cross would never be complete: every gateway has names of its own by which a request is
//! turned into another one, and browsers learn new ones by which an answer acts on an origin.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::provider_http::OUR_NAME;

/// What a caller may tell the provider.
pub(crate) const OUTBOUND: &[&str] = &[
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "content-encoding",
    "content-language",
    "content-type",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "prefer",
    "range",
    "x-atlassian-token",
    "x-experimentalapi",
    "x-force-accept-language",
];

/// What the provider may tell a caller. `location`, `content-location` and `link` are checked on top of that.
pub(crate) const INBOUND: &[&str] = &[
    "accept-ranges",
    "allow",
    "atl-request-id",
    "atl-traceid",
    "content-digest",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-md5",
    "content-range",
    "content-type",
    "date",
    "deprecation",
    "digest",
    "etag",
    "last-modified",
    "link",
    "location",
    "preference-applied",
    "repr-digest",
    "retry-after",
    "sunset",
    "vary",
    "warning",
    "x-arequestid",
    "x-failure-category",
    "x-request-id",
    "x-seraph-loginreason",
    "x-trace-id",
];

/// Beginnings of the names by which limits are told: new ones of each kind come up from time to time.
pub(crate) const INBOUND_PREFIXES: &[&str] =
    &["beta-ratelimit", "ratelimit", "x-beta-ratelimit", "x-ratelimit-"];

/// What an answer depends on besides its URL: one URL serves all accounts.
const VARY: HeaderValue = HeaderValue::from_static("authorization, connection_name, identifier");

/// The caller's headers as the provider gets them, without any `Authorization`.
pub(super) fn outbound(headers: &HeaderMap) -> HeaderMap {
    let mut crossed = chosen(headers, |name| OUTBOUND.contains(&name));
    crossed.insert(header::USER_AGENT, OUR_NAME);
    crossed
}

/// The provider's headers as the caller gets them. The body is data, never a page of ours: a browser that is led here
/// must not run it. Nor may a cache in between keep it for somebody else.
pub(super) fn inbound(headers: &HeaderMap) -> HeaderMap {
    let mut crossed = chosen(headers, |name| {
        INBOUND.contains(&name) || INBOUND_PREFIXES.iter().any(|it| name.starts_with(it))
    });
    crossed.insert(header::CONTENT_DISPOSITION, attachment(headers.get(header::CONTENT_DISPOSITION)));
    crossed.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    crossed.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    crossed.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    crossed.append(header::VARY, VARY);
    crossed
}

/// The headers whose lower-case names are `allowed`, except those that `Connection` names: they were meant for the
/// connection that they came by.
fn chosen(headers: &HeaderMap, allowed: impl Fn(&str) -> bool) -> HeaderMap {
    let hops = hops(headers);
    let crosses = |name: &HeaderName| allowed(name.as_str()) && !hops.iter().any(|hop| hop == name.as_str());
    headers
        .iter()
        .filter(|(name, _)| crosses(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn hops(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase()).collect()
}

/// The provider's disposition, with the file's name where it has one, but to be saved and never to be shown.
fn attachment(given: Option<&HeaderValue>) -> HeaderValue {
    const ATTACHMENT: &str = "attachment";
    let parameters = given.and_then(|it| it.to_str().ok()).and_then(|it| it.split_once(';'));
    parameters
        .and_then(|(_, rest)| HeaderValue::try_from(format!("{ATTACHMENT};{rest}")).ok())
        .unwrap_or(HeaderValue::from_static(ATTACHMENT))
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

    fn names(headers: &HeaderMap) -> Vec<&str> {
        let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn c4_only_headers_on_the_list_go_out() {
        let foreign = [
            "Authorization",
            "Connection_name",
            "identifier",
            "cookie",
            "early-data",
            "forwarded",
            "host",
            "max-forwards",
            "origin",
            "proxy-authorization",
            "proxy_authorization",
            "referer",
            "traceparent",
            "via",
            "x-accel-redirect",
            "x-envoy-original-path",
            "x-forwarded-for",
            "x-http-method-override",
            "x-original-host",
            "x-original-url",
            "x-sdk-version",
            "x_forwarded_for",
            "x-nobody-has-heard-of-it",
        ];
        let mut headers = map(&foreign.map(|name| (name, "injected")));
        headers.extend(map(&[("user-agent", "Mozilla/5.0"), ("x-atlassian-token", "no-check")]));
        headers.extend(map(&[("content-type", "application/json"), ("if-match", "\"1\"")]));
        headers.extend(map(&[("Connection", "x-hop, Accept-Language"), ("accept-language", "de")]));
        headers.extend(map(&[("x-hop", "1"), ("X-ExperimentalApi", "opt-in")]));
        let out = outbound(&headers);
        assert_eq!(
            names(&out),
            ["content-type", "if-match", "user-agent", "x-atlassian-token", "x-experimentalapi"]
        );
        assert_eq!(out["user-agent"], OUR_NAME);
    }

    #[test]
    fn c7_only_headers_on_the_list_come_back() {
        let acting = [
            "set-cookie",
            "content-security-policy",
            "strict-transport-security",
            "refresh",
            "nel",
            "access-control-allow-origin",
            "clear-site-data",
            "service-worker-allowed",
            "use-as-dictionary",
            "available-dictionary",
            "grpc-status",
            "grpc-message",
            "x-accel-redirect",
            "x-sendfile",
            "alt-svc",
            "www-authenticate",
            "no-vary-search",
            "x-nobody-has-heard-of-it",
        ];
        let mut headers = map(&acting.map(|name| (name, "acting")));
        headers.extend(map(&[("content-disposition", "inline; filename=\"a.html\""), ("etag", "x")]));
        headers.extend(map(&[("content-length", "5"), ("x-ratelimit-remaining", "7"), ("retry-after", "2")]));
        let back = inbound(&headers);
        assert_eq!(
            names(&back),
            [
                "cache-control",
                "content-disposition",
                "content-length",
                "content-security-policy",
                "etag",
                "retry-after",
                "vary",
                "x-content-type-options",
                "x-ratelimit-remaining"
            ]
        );
        assert_eq!(back["content-disposition"], "attachment; filename=\"a.html\"");
        assert_eq!(inbound(&HeaderMap::new())["content-disposition"], "attachment");
        assert_eq!(back["content-security-policy"], "sandbox; default-src 'none'");
    }

    #[test]
    fn the_documents_list_what_crosses() {
        let document = include_str!("../../../../docs/proxy.md");
        for name in OUTBOUND.iter().chain(INBOUND).chain(INBOUND_PREFIXES) {
            assert!(document.contains(&format!("`{name}`")), "{name} is not in docs/proxy.md");
        }
    }

    #[test]
    fn c11_no_cache_keeps_an_answer_for_somebody_else() {
        let back = inbound(&map(&[
            ("cache-control", "public, max-age=31536000, immutable"),
            ("expires", "Thu, 01 Jan 2099 00:00:00 GMT"),
            ("cdn-cache-control", "max-age=600"),
            ("surrogate-control", "max-age=600"),
            ("age", "1"),
            ("vary", "accept-encoding"),
        ]));
        assert_eq!(back.get_all("cache-control").iter().collect::<Vec<_>>(), ["private, no-store"]);
        let vary: Vec<_> = back.get_all("vary").iter().collect();
        assert_eq!(vary, ["accept-encoding", "authorization, connection_name, identifier"]);
        for name in ["expires", "cdn-cache-control", "surrogate-control", "age"] {
            assert!(!back.contains_key(name), "{name}");
        }
    }
}
