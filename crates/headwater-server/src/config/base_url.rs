//! The public origin of the server.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use url::Url;

/// Scheme, host and port, and nothing behind them.
///
/// A path is refused rather than kept: gRPC clients take only host and port from the address they are given, so a
/// server below a path could never be reached by them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct BaseUrl {
    origin: String,
    host: String,
    port: u16,
    encrypted: bool,
}

/// Text that is no origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBaseUrl {
    /// Not a URL at all.
    #[error("must be a URL such as https://headwater.example.com")]
    NotAUrl,
    /// Another scheme.
    #[error("must begin with https:// or http://")]
    Scheme,
    /// User or password.
    #[error("must not contain a user or a password")]
    Credentials,
    /// A path.
    #[error(
        "must end after host and port: gRPC clients cannot reach a server below a path; give it a host name of its own"
    )]
    Path,
    /// Query or fragment.
    #[error("must end after host and port, without ? or #")]
    Query,
}

impl BaseUrl {
    /// `https://localhost` with `port`.
    pub fn local(port: u16) -> Self {
        Self::on_localhost("https", port, 443)
    }

    /// `http://localhost` with `port`.
    pub fn plain_local(port: u16) -> Self {
        Self::on_localhost("http", port, 80)
    }

    fn on_localhost(scheme: &str, port: u16, usual_port: u16) -> Self {
        let shown = if port == usual_port { String::new() } else { format!(":{port}") };
        let origin = format!("{scheme}://localhost{shown}");
        Self { origin, host: "localhost".to_owned(), port, encrypted: scheme == "https" }
    }

    /// The origin without a slash at its end, ready to have a path put behind it.
    pub fn as_str(&self) -> &str {
        &self.origin
    }

    /// The host name or address; an IPv6 address is in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, also when it is the scheme's own.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether browsers and HTTP clients reach it encrypted.
    pub fn encrypted(&self) -> bool {
        self.encrypted
    }

    /// The URL of `path`, which begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}/{}", self.origin, path.trim_start_matches('/'))
    }
}

impl FromStr for BaseUrl {
    type Err = InvalidBaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidBaseUrl> {
        let url: Url = text.trim().parse().map_err(|_| InvalidBaseUrl::NotAUrl)?;
        let encrypted = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(InvalidBaseUrl::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidBaseUrl::Credentials);
        }
        if !matches!(url.path(), "" | "/") {
            return Err(InvalidBaseUrl::Path);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidBaseUrl::Query);
        }
        let host = url.host_str().ok_or(InvalidBaseUrl::NotAUrl)?.to_owned();
        let port = url.port().unwrap_or(if encrypted { 443 } else { 80 });
        Ok(Self { origin: url.origin().ascii_serialization(), host, port, encrypted })
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = InvalidBaseUrl;

    fn try_from(text: String) -> Result<Self, InvalidBaseUrl> {
        text.parse()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_taken_and_normalised() {
        for (text, origin, host, port) in [
            ("https://headwater.example.com", "https://headwater.example.com", "headwater.example.com", 443),
            (
                "https://Headwater.Example.com:443/",
                "https://headwater.example.com",
                "headwater.example.com",
                443,
            ),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1", 8080),
            (" https://[::1]:7443 ", "https://[::1]:7443", "[::1]", 7443),
            ("https://bücher.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example", 443),
        ] {
            let url: BaseUrl = text.parse().unwrap();
            assert_eq!((url.as_str(), url.host(), url.port()), (origin, host, port), "{text}");
        }
        assert_eq!(BaseUrl::local(7443).join("/keys"), "https://localhost:7443/keys");
        for port in [1, 80, 443, 7443] {
            assert_eq!(Ok(BaseUrl::local(port)), format!("https://localhost:{port}").parse());
            assert_eq!(Ok(BaseUrl::plain_local(port)), format!("http://localhost:{port}").parse());
        }
    }

    #[test]
    fn everything_else_says_what_is_wrong() {
        for (text, expected) in [
            ("", InvalidBaseUrl::NotAUrl),
            ("headwater.example.com", InvalidBaseUrl::NotAUrl),
            ("localhost:7443", InvalidBaseUrl::Scheme),
            ("ftp://example.com", InvalidBaseUrl::Scheme),
            ("https://user:word@example.com", InvalidBaseUrl::Credentials),
            ("https://example.com/headwater", InvalidBaseUrl::Path),
            ("https://example.com//", InvalidBaseUrl::Path),
            ("https://example.com?x", InvalidBaseUrl::Query),
            ("https://example.com/#x", InvalidBaseUrl::Query),
        ] {
            assert_eq!(text.parse::<BaseUrl>(), Err(expected), "{text}");
        }
    }
}
