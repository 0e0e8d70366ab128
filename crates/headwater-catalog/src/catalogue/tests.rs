//! Looking tools up, and finding them under wrong names.

use super::*;
use crate::file::read;
use crate::test_tools::SAMPLE;

fn catalogue(names: &[&str]) -> Result<Catalogue, LoadError> {
    let tool = |name: &&str| {
        format!(
            r#"
            [[tool]]
            name = "{name}"
            title = "T"
            description = "D"
            request = "GET /x"
            scopes = {{ classic = ["s"] }}
            hints = {{ read_only = true, destructive = false, idempotent = true, open_world = true }}
            "#
        )
    };
    let text = names.iter().map(tool).collect::<Vec<_>>().concat();
    Catalogue::new(read("test.toml", &text).unwrap())
}

fn wiki() -> Catalogue {
    catalogue(&["confluence_space_list", "confluence_page_get", "confluence_page_list", "confluence_search"])
        .unwrap()
}

#[test]
fn tools_are_ordered_and_found_by_their_exact_name() {
    let wiki = wiki();
    let names: Vec<&str> = wiki.tools().map(|tool| tool.name.as_str()).collect();
    assert_eq!(
        names,
        ["confluence_page_get", "confluence_page_list", "confluence_search", "confluence_space_list"]
    );
    for name in names {
        assert_eq!(wiki.get(name).unwrap().name, name);
    }
    assert!(wiki.get("confluence_list").is_none());
    assert!(wiki.get("Confluence_page_get").is_none());
}

#[test]
fn e2_a_name_cannot_be_used_twice() {
    let error = catalogue(&["b", "a", "b"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the tool files: tool `b`: the name is used by two tools; rename one of them"
    );
}

#[test]
fn a_wrong_name_leads_to_the_likeliest_right_ones() {
    let wiki = wiki();
    assert_eq!(wiki.nearest("confluence_list", 2), ["confluence_page_list", "confluence_space_list"]);
    assert_eq!(wiki.nearest("Confluence_Page_Get", 1), ["confluence_page_get"]);
    assert_eq!(wiki.nearest("confluence_serach", 1), ["confluence_search"]);
    assert!(wiki.nearest("slack_send_message", 3).is_empty());
    assert!(wiki.nearest("", 3).is_empty());
    assert!(wiki.nearest(&"confluence_".repeat(1000), 3).is_empty());
    assert!(wiki.nearest("confluence_search", 0).is_empty());
}

#[test]
fn every_word_of_a_query_must_occur() {
    let wiki = wiki();
    let found = |query| wiki.matching(query).map(|tool| tool.name.as_str()).collect::<Vec<_>>();
    assert_eq!(found("list PAGE"), ["confluence_page_list"]);
    assert_eq!(found("page_get"), ["confluence_page_get"]);
    assert_eq!(found("  "), wiki.tools().map(|tool| tool.name.as_str()).collect::<Vec<_>>());
    assert!(found("page delete").is_empty());
}

fn file(name: &str, tools: &[&str]) -> OperatorFile {
    let tool = |name: &&str| {
        format!(
            "[[tool]]\nname = \"{name}\"\ntitle = \"T\"\ndescription = \"D\"\nrequest = \"GET /x\"\n\
             scopes = {{ classic = [\"s\"] }}\n\
             hints = {{ read_only = true, destructive = false, idempotent = true, open_world = true }}\n"
        )
    };
    OperatorFile { name: name.to_owned(), text: tools.iter().map(tool).collect::<Vec<_>>().concat() }
}

#[test]
fn operators_add_tools_and_a_broken_file_spoils_no_other() {
    let ours = read("ours.toml", SAMPLE).unwrap();
    let files = [
        file("good.toml", &["own_one", "own_two"]),
        file("taken.toml", &["own_three", "sample_thing_update"]),
        file("twice.toml", &["own_four", "own_four"]),
        file("again.toml", &["own_two"]),
        OperatorFile { name: "bad.toml".to_owned(), text: "[[tool]]\nname = 1\n".to_owned() },
        file("late.toml", &["own_five"]),
    ];
    let (catalogue, broken) = Catalogue::with_files(ours, &files).unwrap();
    let names: Vec<&str> = catalogue.tools().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["own_five", "own_one", "own_two", "sample_thing_update"]);
    assert_eq!(catalogue.get("own_two").unwrap().operator_file.as_deref(), Some("good.toml"));
    let broken: Vec<String> = broken.iter().map(ToString::to_string).collect();
    let expected = [
        "taken.toml:9: tool `sample_thing_update`: the name is taken by a tool of headwater itself; choose",
        "twice.toml:2: tool `own_four`: the name is taken by a tool of twice.toml; choose",
        "again.toml:2: tool `own_two`: the name is taken by a tool of good.toml; choose",
        "bad.toml:2: ",
    ];
    assert_eq!(broken.len(), expected.len());
    for (message, expected) in broken.iter().zip(expected) {
        assert!(message.starts_with(expected), "{message}");
    }
}
