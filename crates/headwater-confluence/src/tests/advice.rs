//! Advice in the tools' data is about tools that exist, and is given.

use super::*;

/// Words in a text that look like names of tools.
fn named(text: &str) -> Vec<&str> {
    let word = |it: char| !(it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_');
    text.split(word).filter(|it| it.starts_with("confluence_")).collect()
}

#[test]
fn every_tool_that_a_text_names_exists() {
    let confluence = confluence();
    let mut count = 0;
    for tool in confluence.catalogue().tools() {
        let hints = tool.parameters.iter().filter_map(|it| it.if_nothing.as_deref());
        let orders =
            tool.parameters.iter().filter_map(|it| it.sorted_here.as_ref()).map(|it| it.if_more.as_str());
        let advice = tool.advice.iter().map(|it| it.say.as_str());
        let told = tool.parameters.iter().map(|it| it.description.as_str());
        for text in advice.chain(hints).chain(orders).chain(told).chain([tool.description.as_str()]) {
            for name in named(text) {
                assert!(
                    confluence.catalogue().get(name).is_some(),
                    "{}: there is no {name}: {text}",
                    tool.name
                );
                count += 1;
            }
        }
    }
    assert!(count > 150, "{count}");
}

/// Advice that no caller can meet is a slip: about an argument that the tool takes with any value, or a value that is allowed.
#[test]
fn advice_is_about_what_is_refused() {
    for tool in confluence().catalogue().tools() {
        for advice in &tool.advice {
            let say = format!("{}: {}", tool.name, advice.say);
            assert!(!advice.say.ends_with('.'), "half a sentence: {say}");
            for name in &advice.argument {
                let Some(parameter) = tool.parameter(name) else {
                    assert!(advice.values.is_empty(), "{say}");
                    continue;
                };
                let refusable = !parameter.allowed.is_empty() || parameter.format == Some(Format::Id);
                assert!(refusable, "every value is taken: {say}");
                let taken = advice.values.iter().find(|it| parameter.allowed.contains(it));
                assert_eq!(taken, None, "{say}");
            }
        }
    }
}

fn told(name: &str, arguments: Value) -> String {
    let confluence = confluence();
    let tool = confluence.catalogue().get(name).unwrap();
    let mut given: Map<String, Value> = tool
        .parameters
        .iter()
        .filter(|it| it.required)
        .map(|it| (it.name.clone(), every_argument(tool)[&it.name].clone()))
        .collect();
    let Value::Object(arguments) = arguments else { unreachable!() };
    given.extend(arguments);
    let violations = confluence.catalogue().check(tool, given).unwrap_err();
    violations.iter().map(|it| format!("{}: {}", it.field, it.description)).collect::<Vec<_>>().join("\n")
}

#[test]
fn arguments_that_belong_to_another_tool_name_it() {
    let table = [
        ("confluence_page_update", json!({"spaceId": "65538"}), "confluence_page_move"),
        ("confluence_page_update", json!({"space_id": "65538"}), "confluence_page_move"),
        (
            "confluence_page_update",
            json!({"status": "trashed"}),
            "confluence_page_delete puts it into the trash",
        ),
        ("confluence_page_update", json!({"status": "archived"}), "confluence_pages_archive"),
        ("confluence_page_update", json!({"labels": ["a"]}), "confluence_content_labels_add"),
        ("confluence_page_list", json!({"cql": "type = page"}), "confluence_search"),
        ("confluence_page_delete", json!({"recursive": true}), "confluence_page_tree_delete"),
        ("confluence_space_get", json!({"id": "DOCS"}), "confluence_space_list with `keys`"),
        ("confluence_page_create", json!({"spaceId": "DOCS"}), "confluence_space_list with `keys`"),
        ("confluence_page_create", json!({"body_representation": "markdown"}), "`storage`"),
        ("confluence_content_body_convert", json!({"to": "storage"}), "confluence_macro_body_convert"),
    ];
    for (name, arguments, words) in table {
        let told = told(name, arguments);
        assert!(told.contains(words), "{told}");
    }
}

/// Lists have bodies in two formats; the others are served one by one.
#[test]
fn a_format_that_a_list_does_not_have_is_answered_with_those_it_has_and_who_has_it() {
    let confluence = confluence();
    let mut lists = 0;
    for tool in confluence.catalogue().tools() {
        let Some(parameter) =
            tool.parameter("body_format").filter(|it| !it.allowed.iter().any(|it| it == "view"))
        else {
            continue;
        };
        if tool.name.starts_with("confluence_task") {
            continue;
        }
        lists += 1;
        let told = told(&tool.name, json!({"body_format": "anonymous_export_view"}));
        for allowed in &parameter.allowed {
            assert!(told.contains(&format!("`{allowed}`")), "{told}");
        }
        assert!(named(&told).iter().any(|it| it.ends_with("_get")), "{told}");
    }
    assert!(lists >= 20, "{lists}");
}
