//! Signs that an access token is no longer accepted. Confluence seldom says so with a 401.

use headwater_domain::bounds::REFUSAL;
use headwater_domain::document;

use crate::vendor_error;

/// Whether an answer could mean that the token is stale. A missing scope is not a sign of it: a new token from the
/// same grant would lack it too. Where the body cannot be read, status and path alone decide.
pub(crate) fn suspected(status: u16, path: &str, body: Option<&[u8]>) -> bool {
    let says = |wanted: fn(&str) -> bool| body.is_none_or(|body| wanted(&text(body)));
    match status {
        401 => says(|text| !scope_missing(text)),
        403 => first_version(path) && says(shut_out),
        404 => second_version(path) && says(names_nothing),
        _ => false,
    }
}

fn text(body: &[u8]) -> String {
    let body = document::read(body, &REFUSAL).unwrap_or_default();
    vendor_error::read(&body).text.unwrap_or_default()
}

/// Refusals of the user, not of what the user wants.
fn shut_out(text: &str) -> bool {
    text.contains("not permitted to use Confluence") || text.contains("cannot access Confluence")
}

/// A thing that is missing is named; a token that is not accepted is answered with this and no more.
fn names_nothing(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("not found")
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
            (404, V2, r#"{"errors":[{"status":404,"code":"NOT_FOUND","title":"Not Found"}]}"#, true),
            (
                404,
                V2,
                r#"{"errors":[{"status":404,"code":"NOT_FOUND","title":"Not Found","detail":""}]}"#,
                true,
            ),
            (500, V2, bare, false),
            (200, V2, bare, false),
        ];
        for (status, path, body, expected) in table {
            let found = suspected(status, path, Some(body.as_bytes()));
            assert_eq!(found, expected, "{status} {path} {body}");
        }
    }

    #[test]
    fn an_answer_whose_body_cannot_be_read_is_judged_by_status_and_path() {
        for (status, path, expected) in [
            (401, V1, true),
            (403, V1, true),
            (403, V2, false),
            (404, V2, true),
            (404, V1, false),
            (200, V2, false),
        ] {
            assert_eq!(suspected(status, path, None), expected, "{status} {path}");
        }
    }
}
