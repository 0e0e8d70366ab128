//! The schema and the definition that callers see.

use serde_json::json;

use crate::test_tools::sample;

#[test]
fn the_schema_says_what_the_tool_file_says() {
    let tool = sample();
    let schema = tool.input_schema();
    assert_eq!(schema["type"], "object");
    assert_eq!(schema["required"], json!(["id", "part"]));
    assert_eq!(schema["additionalProperties"], false);
    let properties = &schema["properties"];
    let names: Vec<&String> = properties.as_object().unwrap().keys().collect();
    let declared: Vec<&String> = tool.parameters.iter().map(|it| &it.name).collect();
    assert_eq!(names, declared);
    let table = [
        ("id", json!({"type": "string", "description": "Id.", "pattern": "^\\d+$"})),
        (
            "count",
            json!({"type": "integer", "description": "Count.", "minimum": 1, "maximum": 250, "default": 25}),
        ),
        ("sort", json!({"type": "string", "description": "Order.", "enum": ["id", "-id"]})),
        (
            "ids",
            json!({"type": "array", "description": "Ids.", "items": {"type": "string", "pattern": "^\\d+$"}, "maxItems": 3}),
        ),
        (
            "status",
            json!({"type": "string", "description": "States.", "pattern": "^(current|archived)(,(current|archived))*$"}),
        ),
        ("numbers", json!({"type": "array", "description": "Numbers.", "items": {"type": "integer"}})),
        ("title", json!({"type": "string", "description": "Title.", "minLength": 1, "maxLength": 10})),
        ("metadata", json!({"type": "object", "description": "Metadata."})),
    ];
    for (name, expected) in table {
        assert_eq!(properties[name], expected, "{name}");
    }
}

#[test]
fn the_definition_has_the_keys_that_sdks_read() {
    let tool = sample();
    let definition = tool.definition();
    let keys: Vec<&String> = definition.keys().collect();
    assert_eq!(keys, ["name", "description", "input_schema", "annotations"]);
    assert_eq!(definition["name"], "sample_thing_update");
    assert_eq!(&definition["input_schema"], tool.input_schema());
    let annotations = json!({
        "title": "Update a thing", "read_only_hint": false, "destructive_hint": true, "idempotent_hint": false,
        "open_world_hint": true,
    });
    assert_eq!(definition["annotations"], annotations);
}
