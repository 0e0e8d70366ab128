//! Signs that an access token is no longer accepted. Confluence seldom says so with a 401.

use serde_json::Value;

use crate::vendor_error;

/// Whether an answer could mean that the token is stale. A missing scope is not a sign of it: a new token from the
/// same grant would lack it too.
pub(crate) fn suspected(status: u16, path: &str, body: &[u8]) -> bool {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = vendor_error::read(&body).text.unwrap_or_default();
    match status {
        401 => !scope_missing(&text),
        403 => {
            first_version(path)
                && (text.contains("not permitted") || text.contains("cannot access Confluence"))
        }
        404 => second_version(path) && text == "Not Found",
        _ => false,
    }
}

/// Whether a 401 speaks of scopes.
pub(crate) fn scope_missing(text: &str) -> bool {
    text.contains("scope does not match")
}

fn second_version(path: &str) -> bool {
    path.starts_with("/wiki/api/v2/")
}

fn first_version(path: &str) -> bool {
    path.starts_with("/wiki/rest/")
}

#[cfg(test)]
mod tests {
    use super::*;

    const V1: &str = "/wiki/rest/api/search";
    const V2: &str = "/wiki/api/v2/pages/7";

    #[test]
    fn the_known_signs_are_recognised_and_nothing_else() {
        let bare = r#"{"errors":[{"status":404,"code":"NOT_FOUND","title":"Not Found","detail":null}]}"#;
        let missing = r#"{"errors":[{"status":404,"code":"NOT_FOUND","title":"Cannot find a page with id [7]","detail":null}]}"#;
        let rejected = r#"{"statusCode":403,"message":"com.atlassian.confluence.mvc.rest.common.exception.StacklessResponseStatusException: 403 FORBIDDEN \"Request rejected because caller cannot access Confluence\""}"#;
        let current = r#"{"message":"Current user not permitted to use Confluence","statusCode":403}"#;
        let refused = r#"{"statusCode":403,"message":"a.b.c.PermissionException: No space permission"}"#;
        let table = [
            (401, V1, "", true),
            (401, V2, r#"{"code":401,"message":"Unauthorized"}"#, true),
            (401, V2, r#"{"code":401,"message":"Unauthorized; scope does not match"}"#, false),
            (403, V1, rejected, true),
            (403, V1, current, true),
            (403, V2, current, false),
            (403, V1, refused, false),
            (404, V2, bare, true),
            (404, V1, bare, false),
            (404, V2, missing, false),
            (404, V2, "<html>", false),
            (500, V2, bare, false),
            (200, V2, bare, false),
        ];
        for (status, path, body, expected) in table {
            assert_eq!(suspected(status, path, body.as_bytes()), expected, "{status} {path} {body}");
        }
    }
}
