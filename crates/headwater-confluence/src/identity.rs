//! Who the end user is.

use serde::Deserialize;

/// Tells who a token belongs to.
pub(crate) const PATH: &str = "/wiki/rest/api/user/current";

/// What [`PATH`] needs.
pub(crate) const SCOPE: &str = "read:confluence-user";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CurrentUser {
    account_id: String,
}

/// The account id in the answer. There is none for an anonymous user, or when the scope is missing.
pub(crate) fn read(status: u16, body: &[u8]) -> Option<String> {
    if status != 200 {
        return None;
    }
    let user: CurrentUser = serde_json::from_slice(body).ok()?;
    (!user.account_id.is_empty()).then_some(user.account_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_known_user_has_an_id() {
        let known = br#"{"type":"known","accountId":"712020:6f0f","email":"","displayName":"Ada"}"#;
        assert_eq!(read(200, known).as_deref(), Some("712020:6f0f"));
        assert_eq!(read(403, known), None);
        for body in [
            &br#"{"type":"anonymous"}"#[..],
            br#"{"accountId":""}"#,
            br#"{"accountId":null}"#,
            b"<html>",
            b"",
        ] {
            assert_eq!(read(200, body), None, "{body:?}");
        }
    }
}
