//! What each refusal becomes.

use std::sync::LazyLock;

use headwater_catalog::connector::Connector;
use serde_json::json;

use Body::{Raw, V1, V2};
use FailureKind as Kind;

use super::*;
use crate::Confluence;

fn refuse(tool: &str, status: u16, headers: &[(&str, &str)], body: &str) -> ToolFailure {
    static CONFLUENCE: LazyLock<Confluence> = LazyLock::new(|| Confluence::new().unwrap());
    let confluence = &*CONFLUENCE;
    let header =
        |name: &str| headers.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned());
    confluence.read_failure(confluence.catalogue().get(tool).unwrap(), status, &header, body.as_bytes())
}

/// The body of a refusal.
#[derive(Clone, Copy)]
enum Body {
    /// The second version's shape: code and title.
    V2(&'static str, &'static str),
    /// The first version's shape: message.
    V1(&'static str),
    /// Any other.
    Raw(&'static str),
}

impl Body {
    fn text(self) -> String {
        match self {
            Self::V2(code, title) => {
                json!({"errors": [{"status": 0, "code": code, "title": title, "detail": null}]}).to_string()
            }
            Self::V1(message) => json!({"statusCode": 0, "message": message}).to_string(),
            Self::Raw(text) => text.to_owned(),
        }
    }
}

const SCOPE: &str = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;
const TAKEN: &str =
    "A page with this title already exists: A page already exists with the same TITLE in this space";
const VERSION: &str =
    "Version must be incremented when updating a page. Current Version: [2]. Provided version: [2]";

/// Tool, status and body of a refusal; kind, code and words of what it becomes.
const REFUSALS: [(&str, u16, Body, Kind, &str, &str); 25] = [
    (
        "confluence_page_create",
        400,
        V2("INVALID_REQUEST_PARAMETER", TAKEN),
        Kind::Invalid,
        "INVALID_REQUEST_PARAMETER",
        "confluence_page_list and its `title`",
    ),
    (
        "confluence_page_list",
        400,
        V2(
            "INVALID_REQUEST_PARAMETER",
            "Provided value for 'cursor' is not the correct type. Expected type is Cursor.",
        ),
        Kind::Invalid,
        "INVALID_REQUEST_PARAMETER",
        "start again without `cursor`",
    ),
    (
        "confluence_page_update",
        400,
        V2("X", "Version number must be 1 when publishing a page for the first time. Provided version: [2]"),
        Kind::Invalid,
        "X",
        "must have version_number 1",
    ),
    (
        "confluence_search",
        400,
        V1("a.b.c.BadRequestException: Could not parse cql : foo"),
        Kind::Invalid,
        "400",
        "Could not parse cql : foo. Correct the CQL",
    ),
    (
        "confluence_page_create",
        400,
        V2("INVALID_REQUEST_BODY", "spaceId: must not be null"),
        Kind::Invalid,
        "INVALID_REQUEST_BODY",
        "spaceId: must not be null. Correct the arguments",
    ),
    (
        "confluence_page_get",
        401,
        Raw(SCOPE),
        Kind::Unauthorized,
        "401",
        "lacks a scope that this tool needs (`read:page:confluence`)",
    ),
    (
        "confluence_search",
        401,
        Raw(SCOPE),
        Kind::Unauthorized,
        "401",
        "(`search:confluence` or `read:content-details:confluence`)",
    ),
    (
        "confluence_page_get",
        401,
        Raw(r#"{"code":401,"message":"Unauthorized"}"#),
        Kind::Unauthorized,
        "401",
        "must authorize it again",
    ),
    (
        "confluence_search",
        403,
        V1("a.b.c.PermissionException: no"),
        Kind::Forbidden,
        "403",
        "answered 403: no. The connected user lacks the permission",
    ),
    (
        "confluence_page_get",
        404,
        V2("NOT_FOUND", "Cannot find a page with id [7]"),
        Kind::NotFound,
        "NOT_FOUND",
        "Cannot find a page with id [7]. Check the id: Confluence answers the same",
    ),
    (
        "confluence_page_create",
        404,
        V2("NOT_FOUND", "Not Found"),
        Kind::NotFound,
        "NOT_FOUND",
        "Check the ids of the space, the parent",
    ),
    (
        "confluence_page_update",
        409,
        V2("CONFLICT", VERSION),
        Kind::Conflict,
        "CONFLICT",
        "use its version number + 1",
    ),
    (
        "confluence_page_update",
        409,
        V2("CONFLICT", "A page with this title already exists"),
        Kind::Conflict,
        "CONFLICT",
        "Titles are unique within a space",
    ),
    (
        "confluence_blogpost_update",
        409,
        V2("CONFLICT", VERSION),
        Kind::Conflict,
        "CONFLICT",
        "read it again with confluence_blogpost_get, look",
    ),
    (
        "confluence_blogpost_create",
        400,
        V2("X", "A blog post with this title already exists: on the same day"),
        Kind::Invalid,
        "X",
        "with confluence_blogpost_list and its `title`, and change it with confluence_blogpost_update",
    ),
    (
        "confluence_page_property_create",
        409,
        V2("CONFLICT", "A property with the key [k] already exists"),
        Kind::Conflict,
        "CONFLICT",
        "change it with confluence_page_property_update",
    ),
    (
        "confluence_attachment_upload",
        400,
        V1("Cannot add a new attachment with same file name as an existing attachment: h.txt"),
        Kind::Invalid,
        "400",
        "confluence_attachment_put makes this its new version",
    ),
    (
        "confluence_page_update",
        400,
        V2("X", "Error parsing xhtml: Unexpected EOF; expected close tag </p>"),
        Kind::Invalid,
        "X",
        "close every tag",
    ),
    ("confluence_page_delete", 409, Raw(""), Kind::Conflict, "409", "read it again, then repeat"),
    ("confluence_page_create", 413, Raw("<html>"), Kind::Invalid, "413", "at most 5 MB"),
    ("confluence_page_get", 418, Raw(""), Kind::Invalid, "418", "correct its arguments"),
    ("confluence_page_get", 429, Raw(""), Kind::RateLimited, "429", "wait a minute"),
    ("confluence_page_get", 503, Raw(""), Kind::Upstream, "503", "repeated safely"),
    (
        "confluence_page_create",
        500,
        V1("java.lang.x.NullPointerException: null"),
        Kind::Upstream,
        "500",
        "Look whether it had its effect",
    ),
    ("confluence_page_get", 302, Raw(""), Kind::Upstream, "302", "not one that this call can have"),
];

#[test]
fn refusals_say_what_went_wrong_and_what_to_do_next() {
    for (tool, status, body, kind, code, words) in REFUSALS {
        let body = body.text();
        let failure = refuse(tool, status, &[], &body);
        assert_eq!((failure.status, failure.kind, failure.code.as_str()), (status, kind, code), "{body}");
        assert!(failure.message.contains(words), "{}", failure.message);
        assert!(
            failure.message.starts_with(&format!("{tool}: Confluence answered {status}")),
            "{}",
            failure.message
        );
        assert_eq!(failure.vendor_body, serde_json::from_str(&body).ok());
    }
}

#[test]
fn headers_tell_how_long_to_wait_and_which_check_failed() {
    let limited = refuse("confluence_page_get", 429, &[("retry-after", "17")], "<html>slow down</html>");
    assert_eq!((limited.kind, limited.retry_after), (FailureKind::RateLimited, Some(17)));
    assert!(limited.message.contains("wait 17 seconds"), "{}", limited.message);
    let dated = refuse("confluence_page_get", 429, &[("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")], "");
    assert_eq!(dated.retry_after, None);
    let outage = refuse("confluence_page_get", 503, &[("retry-after", "5")], "");
    assert!(outage.message.contains("repeated safely after 5 seconds"), "{}", outage.message);
    let scope =
        refuse("confluence_page_get", 401, &[("x-failure-category", "FAILURE_CLIENT_SCOPE_CHECK")], "");
    assert!(scope.message.contains("lacks a scope") && scope.scope_missing, "{}", scope.message);
    assert!(!refuse("confluence_page_get", 401, &[], "").scope_missing);
}

/// Where Confluence has an operation of its own for what was tried, the tool for it is named.
#[test]
fn a_refusal_names_the_tool_that_does_what_was_tried() {
    let table = [
        (
            "confluence_page_update",
            400,
            "parentId: the parent must be in the same space as its children",
            "confluence_page_move moves a page",
        ),
        (
            "confluence_page_update",
            400,
            "spaceId: moving content to a different space is not supported",
            "confluence_page_move",
        ),
        (
            "confluence_blogpost_update",
            400,
            "spaceId: moving content to a different space is not supported",
            "confluence_blogpost_create makes it anew",
        ),
        (
            "confluence_page_delete",
            400,
            "Cannot purge content with id [7]: it is not in the trash",
            "call confluence_page_delete without `purge` first, then again with `purge` true",
        ),
        (
            "confluence_attachment_delete",
            404,
            "Cannot purge content with id [att7]: it is not in the trash",
            "call confluence_attachment_delete without `purge` first",
        ),
        ("confluence_page_delete", 404, "Cannot find a page with id [7]", "Check the id"),
        ("confluence_page_delete", 404, "Cannot find a page with id [7]", "deleted with `draft` true"),
        (
            "confluence_custom_content_update",
            400,
            "type: the type of custom content cannot be changed",
            "confluence_custom_content_create makes one of the other type",
        ),
        (
            "confluence_inline_comment_create",
            400,
            "inlineCommentProperties: must not be null",
            "comment on the whole page with confluence_footer_comment_create",
        ),
        (
            "confluence_page_property_update",
            404,
            "Cannot find a property with id [7]",
            "made with confluence_page_property_create",
        ),
    ];
    for (tool, status, said, words) in table {
        let failure = refuse(tool, status, &[], &V2("X", said).text());
        assert!(failure.message.contains(words), "{}", failure.message);
    }
    let outage = refuse("confluence_page_delete", 503, &[], &V2("X", "cannot purge now").text());
    assert!(outage.message.contains("failed to carry the call out"), "{}", outage.message);
}
