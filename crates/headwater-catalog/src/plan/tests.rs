//! Requests, and that no argument can leave the place that its tool gives it.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::json;

use super::*;
use crate::definition::Tool;
use crate::test_tools::sample;

fn plan(tool: &Tool, given: &Value) -> Result<RequestPlan, Vec<Violation>> {
    let mut arguments = given.as_object().unwrap().clone();
    arguments.entry("id").or_insert(json!("7"));
    RequestPlan::new(tool, &Arguments::check(tool, arguments)?)
}

#[test]
fn arguments_go_where_the_tool_file_puts_them() {
    let plan = plan(
        sample(),
        &json!({
            "part": "käse & co", "count": 5.0, "private": true, "ids": ["1", 2], "keys": ["A,B", "C"],
            "space_id": "1,2", "status": "current", "cursor": "a+b/c==", "title": "T\"",
            "body_representation": "storage", "body_value": "<p>ä</p>", "metadata": {"z": 1, "a": null},
        }),
    )
    .unwrap();
    assert_eq!(plan.method, "PUT");
    assert_eq!(plan.path, "/wiki/api/v2/things/7/parts/k%C3%A4se%20%26%20co");
    assert_eq!(
        plan.query,
        "count=5&is-private=true&ids=1&ids=2&keys=A%2CB%2CC&space-id=1%2C2&status=current&cursor=a%2Bb%2Fc%3D%3D"
    );
    let body = json!({
        "id": "7", "title": "T\"", "body": {"representation": "storage", "value": "<p>ä</p>"},
        "metadata": {"z": 1, "a": null},
    });
    assert_eq!(plan.body, Some(body));
}

#[test]
fn absent_arguments_leave_nothing_behind() {
    let plan = plan(sample(), &json!({"part": "p", "ids": [], "keys": []})).unwrap();
    assert_eq!((plan.query.as_str(), plan.body), ("", Some(json!({"id": "7"}))));
}

#[test]
fn arguments_of_another_tool_are_refused() {
    let text = r#"
        [[tool]]
        name = "other"
        title = "T"
        description = "D"
        request = "GET /x/{slug}"
        scopes = { classic = ["s"] }
        hints = { read_only = true, destructive = false, idempotent = true, open_world = true }
        [[tool.parameter]]
        name = "slug"
        type = "string"
        required = true
        path = "slug"
        description = "D"
    "#;
    let other = crate::file::read("other.toml", text).unwrap().pop().unwrap();
    let arguments =
        Arguments::check(&other, [("slug".to_owned(), json!("a"))].into_iter().collect()).unwrap();
    assert_eq!(RequestPlan::new(&other, &arguments).unwrap().path, "/x/a");
    assert_eq!(RequestPlan::new(&other, &arguments).unwrap().body, None);
    assert_eq!(RequestPlan::new(sample(), &arguments).unwrap_err()[0].constraint, "required");
}

#[test]
fn ways_out_of_the_path_are_refused() {
    for part in ["", ".", "..", "a/b", "/", "\\", "..;x", "%2e%2e", "a%2fb", "a\0", "a\r\nHost: x", "a\u{7f}"]
    {
        let violations = plan(sample(), &json!({"part": part})).unwrap_err();
        assert_eq!(violations[0].constraint, "path segment", "{part:?}");
    }
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(7), cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_path_argument_stays_one_segment(part in "(\\.|\\.\\.|/|\\\\|%|%2e|%2f|;|\\?|#|@|:|[a-z]|\\PC|[\\x00-\\x7f]){0,8}") {
        if let Ok(plan) = plan(sample(), &json!({"part": part})) {
            let segments: Vec<&str> = plan.path.split('/').collect();
            prop_assert_eq!(&segments[..6], &["", "wiki", "api", "v2", "things", "7"]);
            prop_assert_eq!(segments.len(), 8);
            let last = segments[7];
            prop_assert!(last.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
            prop_assert_eq!(decoded(last), part);
            let url = url::Url::parse(&format!("https://host/base{}", plan.path)).unwrap();
            prop_assert_eq!(url.path(), format!("/base{}", plan.path));
        }
    }

    #[test]
    fn a_query_argument_stays_one_pair(cursor in "[^/?%\\s][^?%]{0,20}[^/?%\\s]", key in "\\PC{0,10}") {
        prop_assume!(!cursor.contains("://"));
        let plan = plan(sample(), &json!({"part": "p", "cursor": cursor, "keys": [key]})).unwrap();
        let pairs: Vec<(&str, String)> =
            plan.query.split('&').map(|pair| pair.split_once('=').unwrap()).map(|(name, text)| (name, decoded(text))).collect();
        prop_assert_eq!(pairs, vec![("keys", key), ("cursor", cursor)]);
    }
}
