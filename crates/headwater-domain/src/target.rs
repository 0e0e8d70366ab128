//! Where a proxied call may go: below the account's own API base, and nowhere else.
//!
//! The caller chooses a path and a query, never an authority. The path is checked segment by segment, decoded as often
//! as other software could, and then forwarded byte for byte: a path that two parsers could read differently is refused
//! rather than repaired.

use url::Url;

use crate::bounds::{PATH_BYTES, PATH_DECODINGS, TARGET_QUERY_BYTES};

/// The placeholder for the account's cloud id, as written and as an HTTP client encodes it.
const PLACEHOLDERS: [&str; 4] =
    ["{{cloud_id}}", "%7B%7Bcloud_id%7D%7D", "%7b%7bcloud_id%7d%7d", "{{ cloud_id }}"];

/// The part of a provider's API that an account may reach.
#[derive(Clone, Debug)]
pub struct AccountBase {
    /// Its absolute URL without a trailing slash, such as `https://api.atlassian.com/ex/confluence/{cloud id}`.
    url: Url,
    /// What callers may write in front of a path to name the same base, such as `/ex/confluence/`.
    gateway_prefix: String,
    /// The account's cloud id.
    cloud_id: String,
}

/// A path that may not be called, and why.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TargetError {
    /// The path does not begin with exactly one slash.
    #[error("the path must begin with exactly one `/`, such as `/wiki/rest/api/user/current`")]
    NotAbsolute,
    /// A character that no path may hold.
    #[error("the path or query holds a character that must be percent-encoded: {0:?}")]
    ForbiddenCharacter(char),
    /// A segment that other software could read as a way out of the account's API base.
    #[error("the path segment `{0}` is not allowed: it could lead out of the account's site")]
    Escape(String),
    /// A path or query that is longer than any server would read.
    #[error("the {0} is longer than {1} bytes, the most that is passed on")]
    TooLong(&'static str, usize),
    /// A segment that is percent-encoded again and again.
    #[error(
        "the path segment `{0}` is percent-encoded more than {PATH_DECODINGS} times over: encode what it stands for once"
    )]
    EncodedTooOften(String),
    /// A `%` that is not followed by two hexadecimal digits.
    #[error("the path holds a `%` that is not followed by two hexadecimal digits")]
    BadEscape,
    /// The path names another site or product than the account's.
    #[error(
        "the path leads to `{0}`, but this connected account may only reach its own site: leave the prefix out and begin with `/wiki/`"
    )]
    ForeignBase(String),
    /// The path does not make a valid URL.
    #[error("the path does not make a valid URL")]
    Invalid,
}

impl AccountBase {
    /// Describes what an account may reach. `url` is the absolute base; `gateway_prefix` (such as
    /// `/ex/confluence/`) is what the part of the base before the cloud id ends with.
    pub fn new(url: Url, gateway_prefix: &str, cloud_id: &str) -> Self {
        Self { url, gateway_prefix: gateway_prefix.to_owned(), cloud_id: cloud_id.to_owned() }
    }

    /// The absolute URL of the base.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The absolute URL for a raw (percent-encoded) path and query below this base.
    pub fn resolve(&self, path: &str, query: Option<&str>) -> Result<Url, TargetError> {
        check_length("path", path, PATH_BYTES)?;
        check_length("query", query.unwrap_or_default(), TARGET_QUERY_BYTES)?;
        let path = self.fill_in(path);
        check_characters(&path, "")?;
        if !path.starts_with('/') || path.starts_with("//") {
            return Err(TargetError::NotAbsolute);
        }
        path.split('/').try_for_each(check_segment)?;
        let below = self.strip_gateway(&path)?;
        let query = query.map(|query| self.fill_in(query));
        if let Some(query) = &query {
            check_characters(query, "{}|\"`<>^ ")?;
        }
        self.join(below, query.as_deref())
    }

    fn fill_in(&self, text: &str) -> String {
        PLACEHOLDERS
            .iter()
            .fold(text.to_owned(), |text, placeholder| text.replace(placeholder, &self.cloud_id))
    }

    /// Accepts the gateway's own form of the account's base, and no other account's.
    fn strip_gateway<'path>(&self, path: &'path str) -> Result<&'path str, TargetError> {
        if !path.starts_with("/ex/") {
            return Ok(path);
        }
        let own = format!("{}{}", self.gateway_prefix, self.cloud_id);
        match path.strip_prefix(&own) {
            Some(below) if below.starts_with('/') => Ok(below),
            _ => Err(TargetError::ForeignBase(path.chars().take(80).collect())),
        }
    }

    fn join(&self, below: &str, query: Option<&str>) -> Result<Url, TargetError> {
        let mark = if query.is_some() { "?" } else { "" };
        let base = self.url.as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{base}{below}{mark}{}", query.unwrap_or_default()))
            .map_err(|_| TargetError::Invalid)?;
        // The checks above leave nothing for these to find; they stand here so that a gap there cannot matter.
        let prefix = format!("{}/", self.url.path().trim_end_matches('/'));
        let stays = url.origin() == self.url.origin()
            && url.path().starts_with(&prefix)
            && url.username().is_empty()
            && url.password().is_none();
        if stays { Ok(url) } else { Err(TargetError::Invalid) }
    }
}

fn check_length(what: &'static str, text: &str, most: usize) -> Result<(), TargetError> {
    if text.len() > most { Err(TargetError::TooLong(what, most)) } else { Ok(()) }
}

/// Refuses what must never stand raw in a request line; `tolerated` lists what browsers' and scripts' habits put
/// into queries and what a URL parser encodes harmlessly.
fn check_characters(text: &str, tolerated: &str) -> Result<(), TargetError> {
    let forbidden = |character: char| {
        !tolerated.contains(character)
            && (character.is_control() || !character.is_ascii() || "\\#{}|\"`<>^ ".contains(character))
    };
    text.chars()
        .find(|&character| forbidden(character))
        .map_or(Ok(()), |it| Err(TargetError::ForbiddenCharacter(it)))
}

/// Refuses a segment that is, or decodes to, a dot segment, a separator, a parameter or a control. It is decoded as often
/// as other software could, which is not often: a segment that goes on would cost its length every time, and is refused.
fn check_segment(segment: &str) -> Result<(), TargetError> {
    let shown = || segment.chars().take(80).collect();
    let mut text = decode(segment)?;
    // Some decoders read an encoding that is longer than it has to be, such as `%c0%ae` for a dot. It is no UTF-8.
    if escapes(segment.as_bytes()) || std::str::from_utf8(&text).is_err() {
        return Err(TargetError::Escape(shown()));
    }
    for _ in 0..PATH_DECODINGS {
        if escapes(&text) {
            return Err(TargetError::Escape(shown()));
        }
        let further = decode_leniently(&text);
        if further.len() == text.len() {
            return Ok(());
        }
        text = further;
    }
    Err(TargetError::EncodedTooOften(shown()))
}

fn escapes(bytes: &[u8]) -> bool {
    let forbidden = |byte: &u8| b"/\\;".contains(byte) || *byte < 0x20 || *byte == 0x7f;
    bytes == b"." || bytes == b".." || bytes.iter().any(forbidden)
}

fn decode(segment: &str) -> Result<Vec<u8>, TargetError> {
    let mut bytes = segment.bytes();
    let mut decoded = Vec::with_capacity(segment.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = bytes.next().and_then(nibble).zip(bytes.next().and_then(nibble));
            let (high, low) = digits.ok_or(TargetError::BadEscape)?;
            decoded.push(high << 4 | low);
        } else {
            decoded.push(byte);
        }
    }
    Ok(decoded)
}

/// Further decodings look at data, in which a lone `%` is no error. What was decoded is shorter than before.
fn decode_leniently(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'%', [high, low, after @ ..]) if nibble(*high).is_some() && nibble(*low).is_some() => {
                decoded.push(nibble(*high).unwrap_or(0) << 4 | nibble(*low).unwrap_or(0));
                rest = after;
            }
            _ => decoded.push(byte),
        }
    }
    decoded
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLOUD: &str = "a1b2c3d4-e5f6-7890-abcd-ef1234567890";

    fn base() -> AccountBase {
        let url = Url::parse(&format!("https://api.atlassian.com/ex/confluence/{CLOUD}")).unwrap();
        AccountBase::new(url, "/ex/confluence/", CLOUD)
    }

    fn resolve(path: &str) -> Result<String, TargetError> {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        base().resolve(path, query).map(|url| {
            url.as_str().replace(&format!("https://api.atlassian.com/ex/confluence/{CLOUD}"), "BASE")
        })
    }

    #[test]
    fn ordinary_paths_are_forwarded_as_they_are() {
        let table = [
            ("/wiki/rest/api/user/current", "BASE/wiki/rest/api/user/current"),
            (
                "/wiki/api/v2/pages?limit=5&body-format=storage",
                "BASE/wiki/api/v2/pages?limit=5&body-format=storage",
            ),
            (
                "/wiki/rest/api/search?cql=title~%22a%2Fb%22",
                "BASE/wiki/rest/api/search?cql=title~%22a%2Fb%22",
            ),
            ("/ex/confluence/{{cloud_id}}/wiki/x", "BASE/wiki/x"),
            ("/ex/confluence/%7B%7Bcloud_id%7D%7D/wiki/x", "BASE/wiki/x"),
            ("/ex/confluence/a1b2c3d4-e5f6-7890-abcd-ef1234567890/wiki/x", "BASE/wiki/x"),
            ("/wiki/spaces/~user@host/caf%C3%A9...txt", "BASE/wiki/spaces/~user@host/caf%C3%A9...txt"),
            ("/wiki/a?next=https://evil.example/", "BASE/wiki/a?next=https://evil.example/"),
        ];
        for (path, expected) in table {
            assert_eq!(resolve(path).as_deref(), Ok(expected), "{path}");
        }
    }

    #[test]
    fn c2_ways_out_are_refused() {
        for path in [
            "",
            "wiki",
            "//evil.example/",
            "///x",
            "/\\evil",
            "/wiki/../../../me",
            "/wiki/%2e%2e/x",
            "/wiki/%2E./x",
            "/wiki/..;/x",
            "/wiki/a;b/x",
            "/wiki/a%2fb",
            "/wiki/a%5cb",
            "/wiki/%252e%252e/x",
            "/wiki/%2525252525252e%2e/x",
            "/wiki/%25252525252541/x",
            "/wiki/a%252fb",
            "/wiki/a%00b",
            "/wiki/%c0%ae%c0%ae/x",
            "/wiki/%c0%af",
            "/wiki/a%ff",
            "/wiki/a%0d%0ab",
            "/wiki/./x",
            "/wiki/a b",
            "/wiki/a\r\nHost: evil",
            "/wiki/a#b",
            "/wiki/é",
            "/wiki/%zz",
            "/wiki/%",
            "@evil.example/",
            ":443@evil/",
            "/ex/confluence/another/wiki/x",
            "/ex/jira/a1b2c3d4-e5f6-7890-abcd-ef1234567890/x",
            "/ex/confluence/a1b2c3d4-e5f6-7890-abcd-ef1234567890",
            "/ex/confluence/a1b2c3d4-e5f6-7890-abcd-ef1234567890x/wiki",
            "/wiki/a?b\r\nc",
            "/wiki/a?b#c",
        ] {
            assert!(resolve(path).is_err(), "{path:?} gave {:?}", resolve(path));
        }
    }

    #[test]
    fn g2_what_is_encoded_without_end_is_refused_after_a_few_rounds() {
        let error = resolve(&format!("/wiki/%{}41", "25".repeat(4000))).unwrap_err();
        assert!(matches!(error, TargetError::EncodedTooOften(_)), "{error}");
        assert!(error.to_string().len() < 200, "{error}");
        // What real titles need is far from the bound.
        for path in ["/wiki/100%25", "/wiki/100%2525", "/wiki/a%252525b"] {
            assert!(resolve(path).is_ok(), "{path}");
        }
        let path = |length| format!("/{}", "x".repeat(length));
        assert!(resolve(&path(PATH_BYTES - 1)).is_ok());
        assert_eq!(resolve(&path(PATH_BYTES)), Err(TargetError::TooLong("path", PATH_BYTES)));
        let query = |length| format!("/wiki?{}", "x".repeat(length));
        assert!(resolve(&query(TARGET_QUERY_BYTES)).is_ok());
        assert!(resolve(&query(TARGET_QUERY_BYTES + 1)).is_err());
    }

    proptest! {
        #[test]
        fn c2_whatever_is_accepted_stays_below_the_base(path in "(/|//|\\\\|@|\\.|%2e|%2f|%5c|%25|;|:|wiki|ex|[a-z]|%[0-9a-f]{2}|\\PC){0,12}", query in proptest::option::of("\\PC{0,20}")) {
            if let Ok(url) = base().resolve(&path, query.as_deref()) {
                prop_assert_eq!(url.host_str(), Some("api.atlassian.com"));
                prop_assert_eq!(url.scheme(), "https");
                let prefix = format!("/ex/confluence/{CLOUD}/");
                prop_assert!(url.path().starts_with(&prefix));
            }
        }
    }
}
