//! Requests, and that no argument can leave the place that its tool gives it.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::json;

use super::*;
use crate::definition::Tool;
use crate::file::read;
use crate::test_tools::{MEMBERS, NOTE, sample};

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
        "metadata": {"z": 1},
    });
    assert_eq!(plan.body, Some(body));
}

#[test]
fn absent_arguments_leave_nothing_behind() {
    let plan = plan(sample(), &json!({"part": "p", "ids": [], "keys": []})).unwrap();
    assert_eq!((plan.query.as_str(), plan.body), ("", Some(json!({"id": "7"}))));
}

fn body_of(text: &str, given: &Value) -> Result<Value, Vec<Violation>> {
    let tool = read("x.toml", text).unwrap().pop().unwrap();
    let arguments = Arguments::check(&tool, given.as_object().unwrap().clone())?;
    Ok(RequestPlan::new(&tool, &arguments)?.body.unwrap())
}

#[test]
fn json_that_is_written_as_text_becomes_json() {
    let table = [
        (json!({"value_json": "{\"a\":[1,null]}"}), json!({"a": [1, null]})),
        (json!({"value_json": "\"text\""}), json!("text")),
        (json!({"value_json": " 5 "}), json!(5)),
        (json!({"value_json": {"a": 1}}), json!({"a": 1})),
        (json!({"value_json": [true]}), json!([true])),
        (json!({"value_json": true}), json!(true)),
    ];
    for (given, value) in table {
        assert_eq!(body_of(NOTE, &given), Ok(json!({"status": "current", "value": value})), "{given}");
    }
    for wrong in ["text", "{", "{\"a\":}", "1 2"] {
        let violations = body_of(NOTE, &json!({"value_json": wrong})).unwrap_err();
        assert_eq!(violations[0].constraint, "JSON", "{wrong}");
        assert_eq!(violations[0].field, "value_json");
    }
}

#[test]
fn a_body_has_its_fixed_members_and_those_that_come_along() {
    assert_eq!(body_of(NOTE, &json!({})), Ok(json!({"status": "current"})));
    assert_eq!(
        body_of(NOTE, &json!({"summary": "s", "version": 3})),
        Ok(json!({"status": "current", "summary": {"value": "s", "representation": "plain"}}))
    );
}

#[test]
fn an_argument_can_be_the_whole_body() {
    let members = json!([{"id": "1"}, {"id": "2", "role": "r"}]);
    assert_eq!(body_of(MEMBERS, &json!({"members": members})), Ok(members));
    assert_eq!(body_of(MEMBERS, &json!({"members": {"id": "1"}})), Ok(json!([{"id": "1"}])));
    let violations = body_of(MEMBERS, &json!({"members": ["1"]})).unwrap_err();
    assert_eq!(violations[0].field, "members.0");
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
fn c2_ways_out_of_the_path_are_refused() {
    assert_eq!(plan(sample(), &json!({"part": ""})).unwrap_err()[0].constraint, "required");
    for part in [".", "..", "a/b", "/", "\\", "..;x", "%2e%2e", "a%2fb", "a\0", "a\r\nHost: x", "a\u{7f}"] {
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
    fn c2_a_path_argument_stays_one_segment(part in "(\\.|\\.\\.|/|\\\\|%|%2e|%2f|;|\\?|#|@|:|[a-z]|\\PC|[\\x00-\\x7f]){0,8}") {
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
    fn c2_a_query_argument_stays_one_pair(cursor in "[^/?%\\s][^?%]{0,20}[^/?%\\s]", key in "\\PC{0,10}") {
        prop_assume!(!cursor.contains("://") && !key.trim().is_empty());
        let plan = plan(sample(), &json!({"part": "p", "cursor": cursor, "keys": [key]})).unwrap();
        let pairs: Vec<(&str, String)> =
            plan.query.split('&').map(|pair| pair.split_once('=').unwrap()).map(|(name, text)| (name, decoded(text))).collect();
        prop_assert_eq!(pairs, vec![("keys", key), ("cursor", cursor)]);
    }
}

#[test]
fn an_order_that_the_provider_lacks_is_not_sent_and_the_page_is_as_large_as_can_be() {
    let query = |arguments: &Value| plan(sample(), arguments).unwrap().query;
    assert_eq!(query(&json!({"part": "p", "order": "-title"})), "limit=200");
    assert_eq!(query(&json!({"part": "p", "order": "title", "limit": 5})), "limit=5");
    assert_eq!(query(&json!({"part": "p", "order": "created-date"})), "order=created-date");
}
