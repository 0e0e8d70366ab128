//! Where an application may have its end users sent to be confirmed.
//!
//! The URL comes from an API client, and end users' browsers are sent there: it must not become a way to send them
//! anywhere (RFC 9700 §4.11). What is kept is what was parsed, so that the browser sees the URL that was checked.

use url::{Host, Url};

use super::Connect;
use crate::bounds;
use crate::error::ServiceError;

const FIELD: &str = "user_verify_url";

impl Connect {
    /// Checks the URL that a link was asked for with. `None` where the consent alone is enough.
    pub(super) fn verify_url(&self, text: Option<&str>) -> Result<Option<String>, ServiceError> {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return if self.core.settings().verification.required { Err(missing()) } else { Ok(None) };
        };
        bounds::text(FIELD, text, bounds::URL)?;
        let url = parse(text)?;
        let origins = &self.core.settings().verification.origins;
        if !origins.is_empty() && !origins.contains(&url.origin()) {
            let known: Vec<String> = origins.iter().map(url::Origin::ascii_serialization).collect();
            let message = format!(
                "{} is not among the origins that the operator allows: {}",
                url.origin().ascii_serialization(),
                known.join(", ")
            );
            return Err(ServiceError::invalid(FIELD, "allowed origin", message));
        }
        Ok(Some(url.into()))
    }
}

fn parse(text: &str) -> Result<Url, ServiceError> {
    let refuse = |message: &str| ServiceError::invalid(FIELD, "absolute https URL", message);
    // Browsers read these differently from each other.
    if text.chars().any(|it| it.is_control() || it.is_whitespace() || it == '\\') {
        return Err(refuse("must not hold spaces, control characters or backslashes"));
    }
    let url = Url::parse(text).map_err(|error| refuse(&format!("must be an absolute URL: {error}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("must not hold a user name or password"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback(&url) => Ok(url),
        _ => Err(refuse("must be https; plain http is for this machine only (localhost, 127.0.0.1, ::1)")),
    }
}

fn loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn missing() -> ServiceError {
    let message =
        "user verification is required here: give the URL at which your application confirms its end user";
    ServiceError::invalid(FIELD, "required", message)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn b7_urls_that_browsers_could_misread_are_refused() {
        let good = [
            "https://app.example/verify",
            "https://app.example:8443/verify?tenant=1#part",
            "http://localhost:3000/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:8080/",
            "http://app.localhost/",
        ];
        for text in good {
            assert!(parse(text).is_ok(), "{text}");
        }
        let bad = [
            "http://app.example/verify",
            "http://localhost.evil.example/",
            "http://127.0.0.1.evil.example/",
            "https://user@app.example/",
            "https://app.example@evil.example/",
            "https://:x@evil.example/",
            "https:\\\\evil.example",
            "https://app.example\\@evil.example/",
            "https://app.example/\r\nSet-Cookie: a=b",
            "https://app.example/ x",
            "\thttps://app.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "//evil.example",
            "/verify",
            "https://",
            "",
        ];
        for text in bad {
            let error = parse(text).unwrap_err();
            assert_eq!(error.violations()[0].field, "user_verify_url", "{text}");
        }
    }
}
