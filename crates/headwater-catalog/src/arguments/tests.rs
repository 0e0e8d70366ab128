//! What is forgiven, what is refused, and in which words.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

use super::*;
use crate::test_tools::sample;

fn check(mut given: Value) -> Result<Value, Vec<Violation>> {
    let object = given.as_object_mut().unwrap();
    object.entry("id").or_insert(json!("1"));
    object.entry("part").or_insert(json!("a"));
    let checked = Arguments::check(sample(), object.clone())?;
    let mut values = checked.values().clone();
    values.retain(|name, _| name != "id" && name != "part");
    Ok(Value::Object(values))
}

#[test]
fn harmless_slips_are_repaired() {
    let table = [
        (json!({"count": 5.0}), json!({"count": 5})),
        (json!({"count": "5"}), json!({"count": 5})),
        (json!({"count": " 5 "}), json!({"count": 5})),
        (json!({"ratio": "2.5"}), json!({"ratio": 2.5})),
        (json!({"ratio": 2}), json!({"ratio": 2})),
        (json!({"private": "TRUE"}), json!({"private": true})),
        (json!({"ids": [98400.0, "98401", 98402]}), json!({"ids": ["98400", "98401", "98402"]})),
        (json!({"ids": "98400"}), json!({"ids": ["98400"]})),
        (json!({"ids": 98400}), json!({"ids": ["98400"]})),
        (json!({"ids": "98400, 98401"}), json!({"ids": ["98400", "98401"]})),
        (json!({"ids": "[98400, \"98401\"]"}), json!({"ids": ["98400", "98401"]})),
        (json!({"keys": "A,B"}), json!({"keys": ["A,B"]})),
        (json!({"keys": "[\"A\", \"B\"]"}), json!({"keys": ["A", "B"]})),
        (json!({"keys": "[A, B]"}), json!({"keys": ["[A, B]"]})),
        (json!({"numbers": ["7", 8.0]}), json!({"numbers": [7, 8]})),
        (json!({"space_id": 65538.0}), json!({"space_id": "65538"})),
        (json!({"space_id": "1 , 2"}), json!({"space_id": "1,2"})),
        (json!({"space_id": [1, "2"]}), json!({"space_id": "1,2"})),
        (json!({"space_id": []}), json!({})),
        (json!({"status": "current, archived"}), json!({"status": "current,archived"})),
        (json!({"status": ["archived"]}), json!({"status": "archived"})),
        (json!({"title": 2024}), json!({"title": "2024"})),
        (json!({"title": null, "count": null, "ids": null, "cursor": null}), json!({})),
        (
            json!({"body_representation": "atlas_doc_format", "body_value": {"type": "doc", "version": 1}}),
            json!({"body_representation": "atlas_doc_format", "body_value": "{\"type\":\"doc\",\"version\":1}"}),
        ),
        (json!({"metadata": {"a": [null, 1.5]}}), json!({"metadata": {"a": [null, 1.5]}})),
        (json!({"metadata": "{\"a\": 1}"}), json!({"metadata": {"a": 1}})),
    ];
    for (given, expected) in table {
        assert_eq!(check(given.clone()), Ok(expected), "{given}");
    }
}

#[test]
fn a_cursor_is_taken_out_of_the_link_it_came_in() {
    let table = [
        ("eyJpZCI6IjcifQ==", Some("eyJpZCI6IjcifQ==")),
        ("/wiki/api/v2/pages?limit=2&cursor=eyJpZCI6IjcifQ==", Some("eyJpZCI6IjcifQ==")),
        ("/wiki/api/v2/pages?cursor=eyJ+Z/9fQ==&limit=2", Some("eyJ+Z/9fQ==")),
        ("/rest/api/search?next=true&cursor=_t_a_h_b%3D&limit=5&start=5&cql=type%3Dpage", Some("_t_a_h_b=")),
        ("https://x.atlassian.net/wiki/api/v2/pages?cursor=abc#top", Some("abc")),
        ("_t_a_h_b%3D", Some("_t_a_h_b=")),
        ("  ", None),
        ("/wiki/api/v2/pages?cursor=", None),
    ];
    for (given, expected) in table {
        let expected = expected.map_or(json!({}), |cursor| json!({"cursor": cursor}));
        assert_eq!(check(json!({"cursor": given})), Ok(expected), "{given}");
    }
    for given in ["/wiki/api/v2/pages?limit=2", "/wiki/api/v2/pages", "https://x/?cursors=1", "%ff"] {
        let violations = check(json!({"cursor": given})).unwrap_err();
        assert_eq!(violations[0].constraint, "cursor", "{given}");
    }
}

#[test]
fn violations_name_the_field_the_rule_and_the_way_out() {
    let table = [
        (json!({"count": 251}), "count", "maximum=250", "must be at most 250; got 251"),
        (json!({"count": 0}), "count", "minimum=1", "must be at least 1; got 0"),
        (json!({"count": 5.5}), "count", "type=integer", "must be of type integer (Count); got 5.5"),
        (json!({"count": true}), "count", "type=integer", "must be of type integer (Count); got true"),
        (
            json!({"private": "maybe"}),
            "private",
            "type=boolean",
            "must be of type boolean (Private); got \"maybe\"",
        ),
        (json!({"sort": "size"}), "sort", "enum", "must be one of `id`, `-id`; got \"size\""),
        (json!({"ids": ["1", "x"]}), "ids.1", "pattern", "must be a numeric id (Ids); got \"x\""),
        (json!({"ids": ["1", {}]}), "ids.1", "type=string", "must be of type string (Ids); got an object"),
        (json!({"ids": "1,x"}), "ids.1", "pattern", "must be a numeric id (Ids); got \"x\""),
        (
            json!({"ids": [1, 2, 3, 4]}),
            "ids",
            "maxItems=3",
            "must not have more than 3 elements; got an array of 4",
        ),
        (
            json!({"space_id": "DOCS"}),
            "space_id",
            "pattern",
            "must be numeric ids with commas between them, such as \"1,2\" (Spaces); got \"DOCS\"",
        ),
        (
            json!({"status": "draft"}),
            "status",
            "pattern",
            "must be one or more of `current`, `archived`, with commas between them; got \"draft\"",
        ),
        (
            json!({"title": "12345678901"}),
            "title",
            "maxLength=10",
            "must not be longer than 10 characters; got \"12345678901\"",
        ),
        (
            json!({"id": 1e17}),
            "id",
            "exact number",
            "the number is too large to arrive with all its digits; give it as a string",
        ),
        (json!({"id": "x"}), "id", "pattern", "must be a numeric id, such as \"98400\" (Id); got \"x\""),
        (json!({"id": null}), "id", "required", "is required by sample_thing_update, such as \"98400\" (Id)"),
        (
            json!({"body_value": "x"}),
            "body_representation",
            "required together",
            "must be given together with `body_value`, or neither",
        ),
        (json!({"metadata": "x"}), "metadata", "type=object", "must be of type object (Metadata); got \"x\""),
    ];
    for (given, field, constraint, description) in table {
        let expected = Violation::new(field, constraint, description);
        assert_eq!(check(given.clone()), Err(vec![expected]), "{given}");
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest_known_one() {
    let violations = check(json!({"spaceid": "1", "xyzzy": null})).unwrap_err();
    assert_eq!(violations.len(), 2);
    assert!(violations[0].description.contains("did you mean `space_id`"), "{}", violations[0].description);
    assert!(
        violations[1].description.contains("it takes `id`, `part`, `count`"),
        "{}",
        violations[1].description
    );
}

#[test]
fn nothing_long_is_echoed_and_nothing_is_reported_without_end() {
    let long = "x".repeat(10_000);
    let violations =
        check(json!({"sort": long, "space_id": long, long.clone(): 1, "cursor": format!("/{long}")}))
            .unwrap_err();
    assert_eq!(violations.len(), 4);
    assert!(violations.iter().all(|it| it.field.len() + it.description.len() < 900), "{violations:?}");
    let many: Vec<String> = (0..500).map(|n| format!("x{n}")).collect();
    assert_eq!(check(json!({"ids": many})).unwrap_err().len(), MAX_VIOLATIONS);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map("[a-z]{1,3}", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(7), cases: 512, ..ProptestConfig::default() })]

    /// Whatever passes the check obeys the schema that callers see, and passes again unchanged.
    #[test]
    fn what_passes_obeys_the_schema(place in 0_usize..16, value in any_json()) {
        let tool = sample();
        let name = tool.parameters.get(place).unwrap().name.clone();
        let mut given = Map::from_iter([("id".to_owned(), json!("1")), ("part".to_owned(), json!("p"))]);
        given.insert(name, value);
        if let Ok(arguments) = Arguments::check(tool, given) {
            let checked = Value::Object(arguments.values().clone());
            prop_assert!(tool.compiled.validator.is_valid(&checked), "{}", checked);
            prop_assert_eq!(Arguments::check(tool, arguments.values().clone()), Ok(arguments));
        }
    }
}

/// Models and frameworks fill in every parameter. What is optional and empty was not given.
#[test]
fn empty_texts_mean_not_given_whatever_the_type() {
    for name in [
        "count",
        "ratio",
        "private",
        "keys",
        "numbers",
        "space_id",
        "status",
        "sort",
        "cursor",
        "title",
        "body_value",
        "metadata",
        "order",
        "exact",
        "tags",
    ] {
        let Some(parameter) = sample().parameter(name) else { continue };
        for empty in [json!(""), json!("  "), json!("\n"), json!(null)] {
            let checked = check(json!({ name: empty })).unwrap_or_else(|it| panic!("{name} {empty}: {it:?}"));
            assert_eq!(checked.get(&parameter.name), None, "{name} {empty}");
        }
    }
    for name in ["count", "private", "keys", "space_id", "status", "sort", "cursor", "metadata"] {
        for nothing in ["null", "None", "undefined"] {
            let checked =
                check(json!({ name: nothing })).unwrap_or_else(|it| panic!("{name} {nothing}: {it:?}"));
            assert_eq!(checked.get(name), None, "{name} {nothing}");
        }
    }
    assert_eq!(
        check(json!({ "exact": "None" })).unwrap().get("exact"),
        Some(&json!("None")),
        "a name may be None"
    );
}

#[test]
fn an_empty_text_is_a_value_where_the_parameter_says_so() {
    assert_eq!(check(json!({ "note": "" })).unwrap().get("note"), Some(&json!("")));
    assert_eq!(check(json!({ "note": " " })).unwrap().get("note"), Some(&json!(" ")));
    assert_eq!(check(json!({ "note": null })).unwrap().get("note"), None);
}

#[test]
fn a_required_argument_that_is_empty_is_told_so() {
    let arguments = json!({ "id": "", "part": " " });
    let violations = Arguments::check(sample(), arguments.as_object().unwrap().clone()).unwrap_err();
    let told: Vec<String> = violations.iter().map(|it| format!("{}: {}", it.field, it.description)).collect();
    assert_eq!(
        told,
        [
            "id: is required by sample_thing_update and must not be empty, such as \"98400\" (Id)",
            "part: is required by sample_thing_update and must not be empty (Part)",
        ]
    );
}

#[test]
fn members_of_objects_are_absent_when_they_are_empty() {
    let given = json!({"metadata": {"a": "", "b": null, "c": {"d": " ", "e": 0, "replace": ""}, "l": [{"f": ""}, ""]}});
    let expected = json!({"c": {"e": 0, "replace": ""}, "l": [{}, ""]});
    assert_eq!(check(given.clone()).unwrap().get("metadata"), Some(&expected));
    let as_text = json!({"metadata": given["metadata"].to_string()});
    assert_eq!(check(as_text).unwrap().get("metadata"), Some(&expected));
}

#[test]
fn lists_are_taken_in_every_form_they_come_in() {
    let table = [
        ("space_id", json!("[\"1\", 2]"), json!("1,2")),
        ("space_id", json!("1,,2,"), json!("1,2")),
        ("space_id", json!(["", 1, null]), json!("1")),
        ("status", json!("[\"current\", \"archived\"]"), json!("current,archived")),
        ("keys", json!("[\"A\", \"\"]"), json!(["A"])),
        ("keys", json!(["A", "", null]), json!(["A"])),
        ("tags", json!("a, b,"), json!(["a", "b"])),
        ("tags", json!("[\"a,b\"]"), json!(["a,b"])),
        ("tags", json!([]), json!([])),
        ("keys", json!("a,b"), json!(["a,b"])),
    ];
    for (name, given, expected) in table {
        let checked = check(json!({ name: given })).unwrap_or_else(|it| panic!("{name} {given}: {it:?}"));
        assert_eq!(checked.get(name), Some(&expected), "{name} {given}");
    }
    for nothing in [json!([""]), json!([null, " "]), json!("[\"\"]"), json!(","), json!("null")] {
        for name in ["keys", "tags", "space_id"] {
            if name == "keys" && nothing == "," {
                continue;
            }
            let checked =
                check(json!({ name: nothing })).unwrap_or_else(|it| panic!("{name} {nothing}: {it:?}"));
            assert_eq!(checked.get(name), None, "{name} {nothing}");
        }
    }
}

#[test]
fn an_empty_body_without_its_representation_was_not_given() {
    let checked = check(json!({ "body_representation": "", "body_value": "" })).unwrap();
    assert_eq!((checked.get("body_representation"), checked.get("body_value")), (None, None));
}

#[test]
fn words_that_mean_an_allowed_value_are_taken_for_it() {
    let table = [
        ("order", "NEW", "created-date"),
        ("order", "Created_Date", "created-date"),
        ("order", " -title", "-title"),
        ("status", "Current,ARCHIVED", "current,archived"),
    ];
    for (name, given, expected) in table {
        let checked = check(json!({ name: given })).unwrap_or_else(|it| panic!("{given}: {it:?}"));
        assert_eq!(checked.get(name), Some(&json!(expected)), "{given}");
    }
    assert!(check(json!({ "order": "-created-date" })).is_err(), "the other way round is another value");
}

#[test]
fn a_refused_argument_is_told_which_tool_takes_it() {
    let told = |arguments: Value| check(arguments).unwrap_err()[0].description.clone();
    let unknown = told(json!({ "boxId": "7" }));
    assert!(
        unknown.contains("no such parameter") && unknown.contains("thing_move moves it to another box"),
        "{unknown}"
    );
    let refused = told(json!({ "sort": "title" }));
    assert_eq!(refused, "must be one of `id`, `-id`; got \"title\"; thing_list sorts by title");
}
