//! What a token endpoint's answer means (RFC 6749 §5, and how Atlassian departs from it).

use std::time::Duration;

use serde_json::Value;

use crate::bounds::REFUSAL;
use crate::document;
use crate::secret::Secret;

/// The longest provider text that is kept for a message.
const MAX_TEXT: usize = 200;

/// A pair of tokens, fresh from the provider.
pub struct TokenSet {
    /// What calls are made with.
    pub access_token: Secret,
    /// What the next pair is bought with; absent when the provider keeps the old one valid or gave none.
    pub refresh_token: Option<Secret>,
    /// How long the access token lives, counted from when the request was sent.
    pub expires_in: Option<Duration>,
    /// What was granted; absent when the provider did not say.
    pub scopes: Option<Vec<String>>,
}

/// A refusal, sorted by what it means for the grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRefusal {
    /// What it means.
    pub meaning: RefusalMeaning,
    /// The OAuth error code, when the answer had one.
    pub code: Option<String>,
    /// The provider's description, shortened; never contains what we sent.
    pub description: Option<String>,
    /// The HTTP status.
    pub status: u16,
}

/// What a refusal means for the grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalMeaning {
    /// The code or refresh token is dead; only a new consent helps.
    GrantDead,
    /// The connection's own credentials or settings are wrong; the grant may be fine.
    ConnectionMisconfigured,
    /// The provider asks for patience, for so long if it says; what was sent did not count.
    Deferred(Option<Duration>),
    /// Nothing is known about the grant: what was sent may have counted.
    Transient,
}

impl TokenRefusal {
    /// Whether the client secret, or the client id, is not what the provider knows. Atlassian says so with 401 and
    /// `access_denied`, which elsewhere means that an end user declined; the specification has `invalid_client`.
    pub fn wrong_secret(&self) -> bool {
        let code = self.code.as_deref();
        code == Some("invalid_client")
            || (self.status == 401 && matches!(code, Some("access_denied" | "unauthorized_client")))
    }

    /// The refusal in one line, for messages and logs.
    pub fn summary(&self) -> String {
        match (&self.code, &self.description) {
            (Some(code), Some(description)) => format!("{code}: {description} (HTTP {})", self.status),
            (Some(text), None) | (None, Some(text)) => format!("{text} (HTTP {})", self.status),
            (None, None) => format!("HTTP {}", self.status),
        }
    }
}

/// Reads a token endpoint's answer. `retry_after` is what its header of that name says.
pub fn read(status: u16, retry_after: Option<Duration>, body: &[u8]) -> Result<TokenSet, TokenRefusal> {
    let json: Option<Value> = document::read(body, &REFUSAL).ok();
    if (200..300).contains(&status) {
        return json.and_then(accepted).ok_or(TokenRefusal {
            meaning: RefusalMeaning::Transient,
            code: None,
            description: Some("the answer holds no access token".to_owned()),
            status,
        });
    }
    let text = |key: &str| json.as_ref()?.get(key)?.as_str().map(shorten);
    let (code, description) = (text("error"), text("error_description"));
    let deferred = status == 429 || code.as_deref() == Some("temporarily_unavailable");
    let meaning = if deferred {
        RefusalMeaning::Deferred(retry_after)
    } else {
        meaning(status, code.as_deref(), description.as_deref())
    };
    Err(TokenRefusal { meaning, code, description, status })
}

/// Atlassian answers a dead grant with 403 and `invalid_grant` or, for a rotated-out token, with
/// `unauthorized_client` and a text that names the refresh token; a wrong client secret with 401 `access_denied`.
fn meaning(status: u16, code: Option<&str>, description: Option<&str>) -> RefusalMeaning {
    if status >= 500 {
        return RefusalMeaning::Transient;
    }
    match code {
        Some("invalid_grant") => RefusalMeaning::GrantDead,
        Some("unauthorized_client") if description.is_some_and(|text| text.contains("refresh_token")) => {
            RefusalMeaning::GrantDead
        }
        Some(
            "invalid_client"
            | "unauthorized_client"
            | "access_denied"
            | "invalid_request"
            | "invalid_scope"
            | "unsupported_grant_type",
        ) => RefusalMeaning::ConnectionMisconfigured,
        _ => RefusalMeaning::Transient,
    }
}

fn accepted(json: Value) -> Option<TokenSet> {
    let Value::Object(mut fields) = json else { return None };
    let mut secret = |key: &str| match fields.remove(key) {
        Some(Value::String(text)) if !text.is_empty() => Some(Secret::new(text)),
        _ => None,
    };
    let (access_token, refresh_token) = (secret("access_token")?, secret("refresh_token"));
    let expires_in = fields.get("expires_in").and_then(seconds).map(Duration::from_secs);
    let scopes = fields
        .get("scope")
        .and_then(Value::as_str)
        .map(|text| text.split_whitespace().map(str::to_owned).collect());
    Some(TokenSet { access_token, refresh_token, expires_in, scopes })
}

/// Some servers send the number as text.
fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn shorten(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, body: &str) -> TokenRefusal {
        match read(status, None, body.as_bytes()) {
            Ok(_) => panic!("{body} should be refused"),
            Err(refusal) => refusal,
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test compares the tokens it made up")]
    fn a_token_pair_is_read() {
        let body = r#"{"access_token":"a","refresh_token":"r","expires_in":3600,"scope":"x y","token_type":"bearer"}"#;
        let Ok(set) = read(200, None, body.as_bytes()) else { panic!("should be accepted") };
        assert_eq!(set.access_token.expose(), "a");
        assert_eq!(set.refresh_token.as_ref().map(super::super::secret::Secret::expose), Some("r"));
        assert_eq!(set.expires_in, Some(Duration::from_secs(3600)));
        assert_eq!(set.scopes, Some(vec!["x".to_owned(), "y".to_owned()]));
    }

    #[test]
    fn refusals_are_sorted_as_measured() {
        use RefusalMeaning::{ConnectionMisconfigured, Deferred, GrantDead, Transient};
        let table = [
            (
                403,
                r#"{"error":"invalid_grant","error_description":"Unknown or invalid refresh token."}"#,
                GrantDead,
            ),
            (
                403,
                r#"{"error":"unauthorized_client","error_description":"refresh_token is invalid"}"#,
                GrantDead,
            ),
            (403, r#"{"error":"unauthorized_client","error_description":"no"}"#, ConnectionMisconfigured),
            (401, r#"{"error":"access_denied","error_description":"Unauthorized"}"#, ConnectionMisconfigured),
            (400, r#"{"error":"invalid_request"}"#, ConnectionMisconfigured),
            (403, "<html>blocked</html>", Transient),
            (429, r#"{"error":"invalid_grant"}"#, Deferred(None)),
            (400, r#"{"error":"temporarily_unavailable"}"#, Deferred(None)),
            (502, "", Transient),
            (200, "{}", Transient),
            (200, r#"{"access_token":""}"#, Transient),
        ];
        for (status, body, meaning) in table {
            assert_eq!(refusal(status, body).meaning, meaning, "{status} {body}");
        }
    }

    #[test]
    fn f2_a_hostile_description_is_cut_and_cleaned() {
        let body = format!(r#"{{"error":"invalid_grant","error_description":"a\nb{}"}}"#, "x".repeat(999));
        let description = refusal(403, &body).description.unwrap();
        assert!(description.starts_with("abx") && description.chars().count() == MAX_TEXT, "{description}");
    }

    #[test]
    fn n8_a_wrong_client_secret_is_told_from_a_refused_grant() {
        let refused = |status: u16, code: &str| {
            let body = format!("{{\"error\":\"{code}\",\"error_description\":\"Unauthorized\"}}");
            read(status, None, body.as_bytes()).err().unwrap().wrong_secret()
        };
        for (status, code) in [
            (401, "access_denied"),
            (401, "invalid_client"),
            (400, "invalid_client"),
            (401, "unauthorized_client"),
        ] {
            assert!(refused(status, code), "{status} {code}");
        }
        for (status, code) in
            [(403, "invalid_grant"), (403, "access_denied"), (403, "unauthorized_client"), (500, "x")]
        {
            assert!(!refused(status, code), "{status} {code}");
        }
    }
}
