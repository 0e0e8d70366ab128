//! What is empty was not given: every optional parameter of every tool, also of an operator's.

use headwater_catalog::definition::{ItemKind, Place};

use super::*;

/// The free texts for which an empty text is a value.
const TEXTS: [&str; 7] =
    ["body_value", "comment", "content_base64", "description", "message", "value", "version_message"];

/// A tool of an operator, with a parameter of every kind.
const OPERATORS: &str = r#"
[[tool]]
name = "acme_report"
title = "Write a report"
description = "Writes a report about pages."
request = "POST /wiki/rest/api/acme/{id}"
scopes = { classic = ["write:confluence-content"] }
hints = { read_only = false, destructive = false, idempotent = false, open_world = true }
parameter = [
    { name = "id", type = "string", format = "id", required = true, path = "id", description = "Page.", example = "7" },
    { name = "text", type = "string", body = "text", description = "Text." },
    { name = "kind", type = "string", allowed = ["a", "b"], body = "kind", description = "Kind." },
    { name = "count", type = "integer", body = "count", description = "Count." },
    { name = "share", type = "number", body = "share", description = "Share." },
    { name = "loud", type = "boolean", body = "loud", description = "Loud." },
    { name = "names", type = "array", comma_list = true, query = "names", description = "Names." },
    { name = "numbers", type = "array", items = "integer", query = "numbers", description = "Numbers." },
    { name = "parts", type = "array", items = "object", body = "parts", description = "Parts." },
    { name = "options", type = "object", body = "options", description = "Options." },
    { name = "value_json", type = "string", format = "json", body = "value", description = "Value." },
    { name = "note", type = "string", body = "note", may_be_empty = true, description = "Note." },
]
"#;

fn with_operators() -> &'static Confluence {
    static CONFLUENCE: LazyLock<Confluence> = LazyLock::new(|| {
        let file = OperatorFile { name: "acme.toml".to_owned(), text: OPERATORS.to_owned() };
        let (confluence, broken) = Confluence::with_files(&[file]).unwrap();
        assert!(broken.is_empty(), "{broken:?}");
        confluence
    });
    &CONFLUENCE
}

/// The required arguments of a tool.
fn required(tool: &Tool) -> Map<String, Value> {
    let all = every_argument(tool);
    let mut given: Map<String, Value> = Map::new();
    for parameter in tool.parameters.iter().filter(|it| it.required) {
        given.insert(parameter.name.clone(), all[&parameter.name].clone());
    }
    // A file comes from exactly one parameter.
    if let Some(file) = tool.parameters.iter().find(|it| it.format == Some(Format::Download)) {
        given.insert(file.name.clone(), json!("/wiki/rest/api/content/1/child/attachment/att1/download"));
    }
    given
}

#[test]
fn an_optional_argument_that_is_empty_was_not_given() {
    let confluence = with_operators();
    let mut tried = 0;
    for tool in confluence.catalogue().tools() {
        let bare = plan(confluence, &tool.name, required(tool));
        for parameter in tool.parameters.iter().filter(|it| !it.required && !it.may_be_empty) {
            let mut empties = vec![json!(""), json!(" \t"), json!("\n"), Value::Null];
            if matches!(parameter.kind, Kind::Array(ItemKind::String | ItemKind::Integer)) {
                empties.extend([json!([""]), json!([null, " "]), json!("[\"\"]"), json!("null")]);
            }
            if parameter.format == Some(Format::Download) {
                continue;
            }
            for empty in empties {
                let mut given = required(tool);
                given.insert(parameter.name.clone(), empty.clone());
                let planned = plan(confluence, &tool.name, given);
                assert_eq!(planned, bare, "{}.{} = {empty:?}", tool.name, parameter.name);
                tried += 1;
            }
        }
    }
    assert!(tried > 1_500, "{tried}");
}

/// A framework that fills in everything leaves a call as good as one with the required arguments only.
#[test]
fn a_call_in_which_every_optional_argument_is_empty_is_the_call_without_them() {
    let confluence = with_operators();
    for tool in confluence.catalogue().tools() {
        let bare = plan(confluence, &tool.name, required(tool));
        let mut given = required(tool);
        for parameter in &tool.parameters {
            // An empty note or comment is sent as it is; alone with others it stands in `the_texts_…` below.
            let together = tool.together.iter().any(|group| group.contains(&parameter.name));
            if !parameter.required && (!parameter.may_be_empty || together) {
                given.entry(parameter.name.clone()).or_insert(json!(""));
            }
        }
        assert_eq!(plan(confluence, &tool.name, given), bare, "{}", tool.name);
    }
}

#[test]
fn the_texts_for_which_empty_is_a_value_are_bodies_notes_and_descriptions() {
    let confluence = with_operators();
    for tool in confluence.catalogue().tools() {
        for parameter in &tool.parameters {
            let place = format!("{}.{}", tool.name, parameter.name);
            let text = TEXTS.contains(&parameter.name.as_str()) && parameter.allowed.is_empty();
            let known = text || (tool.operator_file.is_some() && parameter.name == "note");
            assert_eq!(parameter.may_be_empty, known && parameter.kind == Kind::String, "{place}");
        }
    }
}

#[test]
fn an_empty_text_that_is_a_value_is_sent() {
    let table = [
        (
            "confluence_page_update",
            json!({"version_message": "", "body_representation": "storage", "body_value": ""}),
            "/body/value",
        ),
        ("confluence_page_update", json!({"version_message": ""}), "/version/message"),
        ("confluence_space_update", json!({"description": ""}), "/description/plain/value"),
        ("confluence_template_update", json!({"description": ""}), "/description"),
        ("acme_report", json!({"note": " "}), "/note"),
    ];
    let confluence = with_operators();
    for (name, arguments, pointer) in table {
        let mut given = required(confluence.catalogue().get(name).unwrap());
        given.extend(arguments.as_object().unwrap().clone());
        let body = plan(confluence, name, given).body.unwrap();
        let sent = body.pointer(pointer).and_then(Value::as_str).map(str::trim);
        assert_eq!(sent, Some(""), "{name}: {body}");
    }
}

#[test]
fn members_of_objects_that_are_empty_were_not_given() {
    let table = [
        (
            "confluence_page_hierarchy_copy",
            json!({"title_options": {"prefix": "", "search": "Old", "replace": ""}}),
            "/titleOptions",
            json!({"search": "Old", "replace": ""}),
        ),
        (
            "confluence_content_labels_add",
            json!({"labels": [{"name": "release", "prefix": ""}]}),
            "",
            json!([{"name": "release"}]),
        ),
        (
            "acme_report",
            json!({"options": {"a": "", "b": {"c": null, "d": 1}}}),
            "/options",
            json!({"b": {"d": 1}}),
        ),
        ("acme_report", json!({"parts": "[{\"a\": \"\", \"b\": 2}]"}), "/parts", json!([{"b": 2}])),
    ];
    let confluence = with_operators();
    for (name, arguments, pointer, expected) in table {
        let mut given = required(confluence.catalogue().get(name).unwrap());
        given.extend(arguments.as_object().unwrap().clone());
        let body = plan(confluence, name, given).body.unwrap();
        assert_eq!(body.pointer(pointer), Some(&expected), "{name}: {body}");
    }
}

/// A required argument that is empty is answered as one that is missing, with what it should be.
#[test]
fn a_required_argument_that_is_empty_is_asked_for() {
    let confluence = with_operators();
    for tool in confluence.catalogue().tools() {
        for parameter in tool.parameters.iter().filter(|it| it.required && !it.may_be_empty) {
            let mut given = required(tool);
            given.insert(parameter.name.clone(), json!(""));
            let violations = confluence.catalogue().check(tool, given).unwrap_err();
            let told = &violations[0];
            let place = format!("{}.{}: {}", tool.name, parameter.name, told.description);
            assert_eq!(
                (told.field.as_str(), told.constraint.as_str()),
                (parameter.name.as_str(), "required"),
                "{place}"
            );
            assert!(told.description.contains("must not be empty"), "{place}");
        }
    }
}

/// Every list is taken as JSON text; those of words without commas as text with commas.
#[test]
fn a_list_comes_as_a_list_as_json_text_or_with_commas() {
    let confluence = with_operators();
    let mut lists = 0;
    for tool in confluence.catalogue().tools() {
        for parameter in &tool.parameters {
            let array = matches!(parameter.kind, Kind::Array(_));
            let goes = parameter.places.iter().any(|it| *it != Place::Nowhere);
            if !goes || !(array || parameter.comma_list) {
                continue;
            }
            lists += 1;
            let one = match &parameter.example {
                Some(Value::Array(items)) => items[0].clone(),
                _ if !parameter.allowed.is_empty() => json!(parameter.allowed[0]),
                _ if parameter.kind == Kind::Array(ItemKind::Integer) => json!(7),
                _ if parameter.kind == Kind::Array(ItemKind::Object) => json!({"a": 1}),
                _ => json!("7"),
            };
            let list = json!([one, one]);
            let with = |value: Value| {
                let mut given = required(tool);
                given.insert(parameter.name.clone(), value);
                plan(confluence, &tool.name, given)
            };
            let place = format!("{}.{}", tool.name, parameter.name);
            let wanted = with(list.clone());
            assert_eq!(with(json!(list.to_string())), wanted, "{place} as JSON text");
            if let Some(word) = one.as_str() {
                assert!(parameter.comma_list || !array, "{place} is a list of words and takes no commas");
                assert_eq!(with(json!(format!("{word}, {word}"))), wanted, "{place} with commas");
            }
        }
    }
    assert!(lists > 40, "{lists}");
}
