//! Every mistake in a tool file is named with its place and a way out.

use super::*;
use crate::definition::{Kind, ListStyle, Method, Place, Segment};
use crate::test_tools::{MEMBERS, NOTE, SAMPLE, sample};

#[test]
fn a_tool_is_what_its_file_says() {
    let tool = sample();
    assert_eq!(tool.request.method, Method::Put);
    assert_eq!(tool.request.template(), "/wiki/api/v2/things/{id}/parts/{part}");
    assert_eq!(tool.request.segments.last(), Some(&Segment::Variable("part".to_owned())));
    let id = tool.parameter("id").unwrap();
    assert_eq!(id.places, [Place::Path("id".to_owned()), Place::Body("id".to_owned())]);
    let keys = tool.parameter("keys").unwrap();
    assert_eq!(keys.places, [Place::Query("keys".to_owned(), ListStyle::Comma)]);
    assert_eq!(tool.parameter("ratio").unwrap().kind, Kind::Number);
    assert!(tool.published && !tool.hints.read_only);
    assert_eq!(tool.scopes.preferred(), ["write:thing"]);
}

/// The sample with `from` replaced; the error that reading it gives.
fn broken(from: &str, to: &str) -> String {
    assert!(SAMPLE.contains(from), "{from}");
    read("sample.toml", &SAMPLE.replacen(from, to, 1)).expect_err(to).to_string()
}

#[test]
fn mistakes_in_a_tool_are_refused() {
    let table = [
        ("name = \"sample_thing_update\"", "name = \"Sample\"", "the name holds other characters"),
        ("title = \"Update a thing\"", "title = \" \"", "it has no title or no description"),
        ("granular = [\"write:thing\"]", "granular = []", "it names no scope"),
        ("granular = [\"write:thing\"]", "granulate = []", "unknown field `granulate`"),
        ("title = \"Update a thing\"", "titel = \"x\"", "unknown field `titel`"),
        ("destructive = true, ", "", "missing field `destructive`"),
        ("read_only = false", "read_only = true", "`read_only` and `destructive` at once"),
        ("PUT /wiki", "GET /wiki", "its hints contradict the method GET"),
        ("PUT /wiki", "PATCH /wiki", "is not a request line"),
        ("PUT /wiki", "PUT wiki", "is not a request line"),
        ("parts/{part}", "parts/{part}?a=b", "is not a request line"),
        ("parts/{part}", "../{part}", "is not a request line"),
        ("parts/{part}", "parts//{part}", "is not a request line"),
        ("parts/{part}", "parts/{part", "is not a request line"),
        ("parts/{part}", "parts", "fills `{part}`, which is not free"),
        ("parts/{part}", "{part}/{part}", "or it is there twice"),
        ("parts/{part}", "{part}/{other}", "nothing fills `{other}`"),
        ("path = \"part\"", "path = \"id\"", "fills `{id}`, which is not free"),
        ("\"body_representation\", \"body_value\"", "\"body_value\"", "does not name two or more optional"),
        (
            "\"body_representation\", \"body_value\"",
            "\"id\", \"body_value\"",
            "does not name two or more optional",
        ),
        ("paging = \"cursor\"", "", "must come together"),
        ("paging = \"cursor\"", "paging = \"pages\"", "unknown variant `pages`"),
        ("query = \"ratio\"", "query = \"count\"", "is empty or used twice"),
        (
            "body = \"body.value\"",
            "body = \"body.representation\"",
            "malformed, used twice or also the parent",
        ),
        ("body = \"title\"", "body = \"body\"", "malformed, used twice or also the parent"),
        ("body = \"title\"", "body = \"title.\"", "malformed, used twice or also the parent"),
        ("name = \"count\"", "name = \"ratio\"", "parameter `ratio` is there twice"),
    ];
    for (from, to, expected) in table {
        let message = broken(from, to);
        assert!(message.contains(expected), "{to}: {message}");
        assert!(message.starts_with("sample.toml:"), "{message}");
    }
}

#[test]
fn mistakes_in_a_parameter_are_refused() {
    let table = [
        ("query = \"count\"", "", "parameter `count` goes nowhere"),
        ("name = \"count\"", "name = \"co-unt\"", "has a name with other characters"),
        ("description = \"Count.\"", "description = \"\"", "has no description"),
        ("default = 25", "default = 25\nrequired = true", "is required and has a default"),
        ("default = 25", "default = 251", "does not allow its own default or example 251"),
        ("default = 25", "default = \"25\"", "does not allow its own default or example \"25\""),
        ("example = \"98400\"", "example = \"DOCS\"", "does not allow its own default or example \"DOCS\""),
        ("minimum = 1", "minimum = 300", "has a lower bound above its upper one"),
        ("max_items = 3", "maximum = 3", "has a bound that does not fit its type"),
        ("max_length = 10", "max_items = 10", "has a bound that does not fit its type"),
        ("style = \"comma\"\nquery", "style = \"pipes\"\nquery", "unknown variant `pipes`"),
        ("minimum = 1", "style = \"comma\"", "has `style` but is no array in the query"),
        ("minimum = 1", "items = \"string\"", "has `items` but is no array"),
        ("minimum = 1", "allowed = [\"1\"]", "has `allowed` values but is no text"),
        ("minimum = 1", "format = \"id\"", "has a `format` that does not fit its type"),
        ("minimum = 1", "comma_list = true", "cannot be a `comma_list`"),
        ("\"current\", \"archived\"", "\"a|b\"", "cannot be a `comma_list`"),
        ("path = \"part\"", "path = \"part\"\nquery = \"\"", "is empty or used twice"),
        ("body = \"metadata\"", "query = \"metadata\"", "is an object and cannot stand in the query"),
        ("required = true\npath = \"part\"", "path = \"part\"", "is optional or no single value"),
        ("type = \"integer\"", "type = \"int\"", "unknown variant `int`"),
    ];
    for (from, to, expected) in table {
        let message = broken(from, to);
        assert!(message.contains(expected), "{to}: {message}");
        assert!(message.starts_with("sample.toml:"), "{message}");
    }
}

#[test]
fn mistakes_in_a_body_are_refused() {
    let table = [
        (NOTE, "body = \"value\"", "body = \"status\"", "malformed, used twice or also the parent"),
        (NOTE, "body = \"value\"", "body = \"*\"", "is the whole body, and something else"),
        (NOTE, "POST /wiki", "GET /wiki", "its hints contradict the method GET"),
        (NOTE, "unsent = true", "unsent = true\nquery = \"version\"", "is `unsent` and goes somewhere"),
        (NOTE, "type = \"integer\"", "type = \"integer\"\nformat = \"json\"", "does not fit its type"),
        (MEMBERS, "items = \"object\"", "items = \"thing\"", "unknown variant `thing`"),
    ];
    for (text, from, to, expected) in table {
        assert!(text.contains(from), "{from}");
        let message = read("x.toml", &text.replacen(from, to, 1)).expect_err(to).to_string();
        assert!(message.contains(expected), "{to}: {message}");
    }
}

#[test]
fn an_error_names_the_line() {
    let line_of = |needle: &str| SAMPLE.lines().position(|line| line == needle).unwrap() + 1;
    let expected = format!(
        "sample.toml:{}: tool `sample_thing_update`: parameter `count` goes nowhere; give it `path`, `query`, \
         `body` or `part` with its name on the wire",
        line_of("name = \"count\"")
    );
    assert_eq!(broken("query = \"count\"", ""), expected);
    let line = line_of("name = \"sample_thing_update\"");
    assert!(broken("paging = \"cursor\"", "").starts_with(&format!("sample.toml:{line}: tool ")));
    assert!(read("x.toml", "[[tool]\n").unwrap_err().to_string().starts_with("x.toml:1: "));
}

#[test]
fn a_file_without_tools_is_a_mistake() {
    assert!(read("x.toml", "").unwrap_err().to_string().contains("missing field `tool`"));
}
