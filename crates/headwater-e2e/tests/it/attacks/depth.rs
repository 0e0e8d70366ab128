//! G1: documents that are nested without end, by every door that reads one.

use serde_json::json;

use super::target::Target;

/// As long as a name in a request line can be.
const LONGEST: usize = 30_000;

#[test]
fn g1_what_is_nested_without_end_does_not_end_the_process() {
    let target = Target::start();
    let pid = target.pid();
    let connection = target.verb(&["connection", "list"]);
    let connection = connection.split_whitespace().next().unwrap().to_owned();
    let repeated = |step: &str| step.repeat(LONGEST / step.len());
    let dotted = |step: &str| format!("connection.context.fields.value{}=x", repeated(step));
    let queries = [
        dotted(".listValue.values"),
        dotted(".structValue.fields.value"),
        dotted(".struct_value.fields"),
        format!("{}=x", repeated("connection.")),
        format!("{}x", repeated("connection[")),
    ];
    for query in &queries {
        for (method, path) in [
            ("PATCH", format!("/api/v1/connections/{connection}")),
            ("GET", "/api/v1/tools".to_owned()),
            ("GET", "/api/v1/connected_accounts".to_owned()),
            ("POST", "/api/v1/execute_tool".to_owned()),
        ] {
            let reply = target.call(method, &format!("{path}?{query}"), &json!({}));
            assert_eq!(reply.status, 400, "{method} {path}: {reply:?}");
        }
    }
    // Text that is JSON itself, where a tool takes such.
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    for arguments in [
        json!({"id": nested(100_000)}),
        json!({"spaceId": "1", "title": "t", "body_representation": "atlas_doc_format", "body_value": nested(100_000)}),
        json!({"key": "k", "value": nested(100_000), "id": "1"}),
    ] {
        for tool in ["confluence_page_get", "confluence_page_create", "confluence_content_property_create"] {
            let reply = target.tool(tool, &arguments);
            // A text is a text, however it looks; what is no text is refused.
            assert!(reply.status >= 200 && reply.status < 600, "{tool}: {reply:?}");
        }
    }
    // What the provider answers, as a success and as an error.
    for status in ["200 OK", "404 Not Found", "403 Forbidden"] {
        target.provider.answer_with(
            &[&format!("HTTP/1.1 {status}"), "content-type: application/json"],
            &format!(r#"{{"errors":{}}}"#, nested(200_000)),
        );
        let reply = target.tool("confluence_page_get", &json!({"id": "7"}));
        assert!(reply.status >= 400, "{}", reply.body);
    }
    assert_eq!(target.wire().request("GET", "/healthz", "", "").status, 200);
    assert_eq!(target.pid(), pid);
}
