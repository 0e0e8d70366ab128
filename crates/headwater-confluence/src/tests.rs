//! The connector against the contract that it keeps with callers and with Confluence.

mod advice;
mod documents;
mod empty;
mod intents;
mod refusals;

use std::sync::LazyLock;

use headwater_catalog::definition::{Format, Kind, Parameter, Tool};
use headwater_catalog::plan::RequestPlan;
use serde_json::{Map, Value, json};

use super::*;

/// Published tools that everybody meets: parameters in order, `*` for required ones, the type where it is not text.
const PUBLISHED: [(&str, &str); 14] = [
    ("confluence_blogpost_create", "spaceId* title* body_representation body_value private:boolean status"),
    ("confluence_blogpost_get", "id* body_format get_draft:boolean include_labels:boolean version:integer"),
    (
        "confluence_blogpost_list",
        "body_format cursor id:array limit:integer sort space_id:array status title",
    ),
    ("confluence_page_attachments_get", "id* cursor filename limit:integer media_type sort"),
    ("confluence_page_children_get", "id* cursor limit:integer sort"),
    (
        "confluence_page_create",
        "spaceId* title* body_representation body_value parentId private:boolean root_level:boolean status",
    ),
    ("confluence_page_delete", "id* draft:boolean purge:boolean"),
    (
        "confluence_page_get",
        "id* body_format get_draft:boolean include_labels:boolean include_properties:boolean include_version:boolean version:integer",
    ),
    ("confluence_page_labels_get", "id* cursor limit:integer prefix sort"),
    ("confluence_page_list", "body_format cursor id limit:integer sort space_id status title"),
    (
        "confluence_page_update",
        "id* status* title* version_number:integer* body_representation body_value parentId version_message",
    ),
    ("confluence_search", "cql* cursor excerpt expand limit:integer"),
    ("confluence_space_get", "id* description_format include_icon:boolean include_labels:boolean"),
    (
        "confluence_space_list",
        "cursor description_format ids:array keys:array labels:array limit:integer sort status type",
    ),
];

/// Read once: that takes a second without optimizations.
fn confluence() -> &'static Confluence {
    static CONFLUENCE: LazyLock<Confluence> = LazyLock::new(|| Confluence::new().unwrap());
    &CONFLUENCE
}

fn signature(tool: &Tool) -> String {
    let one = |it: &Parameter| {
        let kind = if it.kind == Kind::String { String::new() } else { format!(":{}", it.kind.as_str()) };
        format!("{}{kind}{}", it.name, if it.required { "*" } else { "" })
    };
    tool.parameters.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Arguments that fill every parameter of a tool, but those that stand for another one.
fn every_argument(tool: &Tool) -> Map<String, Value> {
    let value = |it: &Parameter| {
        let allowed = it.allowed.first().map(|word| json!(word));
        let by_kind = || match it.kind {
            Kind::Integer => json!(1),
            Kind::Number => json!(1.5),
            Kind::Boolean => json!(true),
            Kind::Object => json!({}),
            Kind::Array(_) => json!(["7"]),
            Kind::String => json!("7"),
        };
        it.example.clone().or(allowed).unwrap_or_else(by_kind)
    };
    let fits = |it: &&Parameter| it.format != Some(Format::Download);
    tool.parameters.iter().filter(fits).map(|it| (it.name.clone(), value(it))).collect()
}

fn plan(confluence: &Confluence, name: &str, arguments: Map<String, Value>) -> RequestPlan {
    let tool = confluence.catalogue().get(name).unwrap();
    let checked =
        confluence.catalogue().check(tool, arguments).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    confluence.plan(tool, &checked).unwrap()
}

#[test]
fn the_published_tools_are_there_with_their_parameters() {
    let confluence = confluence();
    for (name, expected) in PUBLISHED {
        let tool = confluence.catalogue().get(name).unwrap_or_else(|| panic!("{name} is not there"));
        assert!(tool.published, "{name}");
        assert_eq!(signature(tool), expected, "{name}");
    }
    assert_eq!(confluence.catalogue().tools().filter(|it| it.published).count(), 147);
}

/// The request that a call becomes: its line, and its body or `null`.
fn rendered(name: &str, arguments: &Value) -> (String, Value) {
    let plan = plan(confluence(), name, arguments.as_object().unwrap().clone());
    (format!("{} {}?{}", plan.method, plan.path, plan.query), plan.body.unwrap_or_default())
}

#[test]
fn reading_requests_are_rendered_as_confluence_wants_them() {
    let table = [
        (
            "confluence_page_get",
            json!({"id": 98400.0, "body_format": "storage", "version": 3.0, "get_draft": false}),
            "GET /wiki/api/v2/pages/98400?body-format=storage&get-draft=false&version=3",
        ),
        (
            "confluence_page_list",
            json!({"id": "1, 2", "space_id": ["65538"], "status": "current", "limit": 5}),
            "GET /wiki/api/v2/pages?id=1%2C2&limit=5&space-id=65538&status=current",
        ),
        ("confluence_blogpost_list", json!({}), "GET /wiki/api/v2/blogposts?"),
        (
            "confluence_blogpost_list",
            json!({"id": ["1", 2], "cursor": "/wiki/api/v2/blogposts?limit=2&cursor=eyJ9fX0="}),
            "GET /wiki/api/v2/blogposts?cursor=eyJ9fX0%3D&id=1&id=2",
        ),
        (
            "confluence_space_list",
            json!({"keys": ["DOCS", "~ada"], "type": "global"}),
            "GET /wiki/api/v2/spaces?keys=DOCS&keys=~ada&type=global",
        ),
        (
            "confluence_search",
            json!({"cql": "title ~ \"a&b\" AND type=page", "limit": 10, "cursor": "_t_a_h_b%3D"}),
            "GET /wiki/rest/api/search?cql=title%20~%20%22a%26b%22%20AND%20type%3Dpage&cursor=_t_a_h_b%3D&limit=10",
        ),
        (
            "confluence_page_attachments_get",
            json!({"id": "7", "media_type": "image/png"}),
            "GET /wiki/api/v2/pages/7/attachments?mediaType=image%2Fpng",
        ),
        (
            "confluence_page_delete",
            json!({"id": "7", "purge": true}),
            "DELETE /wiki/api/v2/pages/7?purge=true",
        ),
    ];
    for (name, arguments, line) in table {
        assert_eq!(rendered(name, &arguments), (line.to_owned(), Value::Null));
    }
}

#[test]
fn writing_requests_are_rendered_as_confluence_wants_them() {
    let table = [
        (
            "confluence_page_create",
            json!({"spaceId": "65538", "title": "T", "body_representation": "storage", "body_value": "<p/>", "parentId": 98400, "private": true}),
            "POST /wiki/api/v2/pages?private=true",
            json!({"spaceId": "65538", "title": "T", "body": {"representation": "storage", "value": "<p/>"}, "parentId": "98400"}),
        ),
        (
            "confluence_blogpost_create",
            json!({"spaceId": "65538", "title": "T", "status": "draft"}),
            "POST /wiki/api/v2/blogposts?",
            json!({"spaceId": "65538", "title": "T", "status": "draft"}),
        ),
        (
            "confluence_page_update",
            json!({"id": "7", "status": "current", "title": "T", "version_number": 4.0, "version_message": "m", "parentId": "8",
                "body_representation": "atlas_doc_format", "body_value": {"type": "doc"}}),
            "PUT /wiki/api/v2/pages/7?",
            json!({"id": "7", "status": "current", "title": "T", "version": {"number": 4, "message": "m"}, "parentId": "8",
                "body": {"representation": "atlas_doc_format", "value": "{\"type\":\"doc\"}"}}),
        ),
    ];
    for (name, arguments, line, body) in table {
        assert_eq!(rendered(name, &arguments), (line.to_owned(), body));
    }
}

#[test]
fn bodies_of_other_shapes_are_rendered_as_confluence_wants_them() {
    let table = [
        (
            "confluence_page_property_update",
            json!({"id": "7", "key": "k", "property_id": "8", "value_json": "[1]", "version_number": 2, "version_message": "m"}),
            "PUT /wiki/api/v2/pages/7/properties/8?",
            json!({"key": "k", "value": [1], "version": {"number": 2, "message": "m"}}),
        ),
        (
            "confluence_page_classification_level_update",
            json!({"id": "7", "classification_id": "c"}),
            "PUT /wiki/api/v2/pages/7/classification-level?",
            json!({"id": "c", "status": "current"}),
        ),
        (
            "confluence_space_create",
            json!({"name": "Docs", "description": "All of them"}),
            "POST /wiki/api/v2/spaces?",
            json!({"name": "Docs", "description": {"value": "All of them", "representation": "plain"}}),
        ),
        (
            "confluence_inline_comment_create",
            json!({"page_id": 7, "body_representation": "storage", "body_value": "<p/>", "inline_comment_text_selection": "x",
                "inline_comment_text_selection_match_count": 2, "inline_comment_text_selection_match_index": 0}),
            "POST /wiki/api/v2/inline-comments?",
            json!({"pageId": "7", "body": {"representation": "storage", "value": "<p/>"}, "inlineCommentProperties":
                {"textSelection": "x", "textSelectionMatchCount": 2, "textSelectionMatchIndex": 0}}),
        ),
        (
            "confluence_inline_comment_update",
            json!({"comment_id": "7", "version_number": 2, "resolved": true}),
            "PUT /wiki/api/v2/inline-comments/7?",
            json!({"version": {"number": 2}, "resolved": true}),
        ),
        (
            "confluence_space_role_assignments_set",
            json!({"id": "7", "role_assignments": [{"principal": {"principalType": "USER", "principalId": "a"}, "roleId": "r"}]}),
            "POST /wiki/api/v2/spaces/7/role-assignments?",
            json!([{"principal": {"principalType": "USER", "principalId": "a"}, "roleId": "r"}]),
        ),
        (
            "confluence_task_update",
            json!({"id": "7", "status": "complete", "version_number": 1}),
            "PUT /wiki/api/v2/tasks/7?",
            json!({"status": "complete"}),
        ),
        (
            "confluence_content_ids_to_types",
            json!({"content_ids_json": ["7", "8"]}),
            "POST /wiki/api/v2/content/convert-ids-to-types?",
            json!({"contentIds": ["7", "8"]}),
        ),
    ];
    for (name, arguments, line, body) in table {
        assert_eq!(rendered(name, &arguments), (line.to_owned(), body));
    }
}

#[test]
fn every_published_tool_says_what_it_returns() {
    for tool in confluence().catalogue().tools().filter(|tool| tool.published) {
        let known = tool.detailed_definition().remove("output_schema");
        let known =
            known.unwrap_or_else(|| panic!("{} has no output schema: run `cargo xtask docs`", tool.name));
        assert_eq!(known["type"], "object", "{}", tool.name);
        assert!(tool.definition().get("output_schema").is_none());
    }
}

/// Models read all definitions at once. With the encodings of most models (cl100k, o200k) these are 19,700 and 19,950
/// tokens.
#[test]
fn the_published_definitions_stay_short() {
    let confluence = confluence();
    let size = |tool: &Tool| {
        let definition = tool.definition();
        let read = json!([definition["name"], definition["description"], definition["input_schema"]]);
        read.to_string().len()
    };
    let total: usize = confluence.catalogue().tools().filter(|it| it.published).map(size).sum();
    assert!(total < 85_700, "{total} bytes");
}

#[test]
fn an_id_is_written_in_ascii_digits() {
    let confluence = confluence();
    let tool = confluence.catalogue().get("confluence_page_get").unwrap();
    for id in ["7a", "", "-7", "٣", "７"] {
        let arguments = Map::from_iter([("id".to_owned(), json!(id))]);
        assert!(confluence.catalogue().check(tool, arguments).is_err(), "{id:?}");
    }
}

#[test]
fn every_planned_path_is_one_that_an_account_may_call() {
    let confluence = confluence();
    let site =
        Site { cloud_id: "c-1".to_owned(), url: String::new(), name: String::new(), scopes: Vec::new() };
    let base = confluence.account_base(&confluence.default_endpoints(), &site);
    assert_eq!(base.url().as_str(), "https://api.atlassian.com/ex/confluence/c-1");
    for tool in confluence.catalogue().tools() {
        let plan = plan(confluence, &tool.name, every_argument(tool));
        let url = base.resolve(&plan.path, Some(&plan.query)).unwrap();
        assert!(url.as_str().starts_with("https://api.atlassian.com/ex/confluence/c-1/wiki/"), "{url}");
    }
    assert!(base.resolve(confluence.identity_path(), None).is_ok());
}

#[test]
fn a_base_below_a_path_is_kept() {
    let confluence = confluence();
    let site =
        Site { cloud_id: "c-1".to_owned(), url: String::new(), name: String::new(), scopes: Vec::new() };
    for base in ["http://127.0.0.1:8090/atlassian", "http://127.0.0.1:8090/atlassian/"] {
        let mut endpoints = confluence.default_endpoints();
        endpoints.api_base = Url::parse(base).unwrap();
        let account = confluence.account_base(&endpoints, &site);
        assert_eq!(account.url().as_str(), "http://127.0.0.1:8090/atlassian/ex/confluence/c-1");
        assert!(account.resolve("/ex/confluence/c-1/wiki/x", None).is_ok());
        assert!(account.resolve("/ex/confluence/c-2/wiki/x", None).is_err());
    }
}

#[test]
fn the_default_scopes_are_what_everyday_tools_need() {
    let expected = [
        "delete:attachment:confluence",
        "delete:comment:confluence",
        "delete:page:confluence",
        "read:attachment:confluence",
        "read:comment:confluence",
        "read:confluence-user",
        "read:content.metadata:confluence",
        "read:custom-content:confluence",
        "read:hierarchical-content:confluence",
        "read:label:confluence",
        "read:page:confluence",
        "read:space:confluence",
        "read:task:confluence",
        "search:confluence",
        "write:comment:confluence",
        "write:page:confluence",
        "write:space:confluence",
        "write:task:confluence",
    ];
    assert_eq!(confluence().default_scopes(), expected);
}

#[test]
fn a_body_needs_its_representation() {
    let confluence = confluence();
    for name in ["confluence_page_create", "confluence_page_update", "confluence_blogpost_create"] {
        let tool = confluence.catalogue().get(name).unwrap();
        for alone in ["body_value", "body_representation"] {
            let mut arguments = every_argument(tool);
            arguments.remove(alone);
            let violations = confluence.catalogue().check(tool, arguments).unwrap_err();
            assert_eq!(violations.len(), 1, "{violations:?}");
            assert_eq!(
                (violations[0].field.as_str(), violations[0].constraint.as_str()),
                (alone, "required together")
            );
        }
    }
}

/// The rules that a reader of the catalogue relies on.
#[test]
fn every_tool_explains_itself() {
    for tool in confluence().catalogue().tools() {
        assert!((20..=700).contains(&tool.description.len()), "{}: {}", tool.name, tool.description.len());
        let no_dot = |text: &str| !text.trim_end().ends_with('.');
        assert!(!no_dot(&tool.description) && no_dot(&tool.title), "{}", tool.name);
        for parameter in &tool.parameters {
            let place = format!("{}.{}", tool.name, parameter.name);
            assert!(parameter.description.len() >= 5 && !no_dot(&parameter.description), "{place}");
            assert!(!parameter.description.contains('\n'), "{place}");
            let shown =
                parameter.example.is_some() || parameter.default.is_some() || parameter.name == "cursor";
            assert!(shown || parameter.kind == Kind::Boolean, "{place} has no example");
        }
    }
}
