//! What is said of arguments that are refused before anything is sent.

use super::*;

#[test]
fn a_file_that_is_too_large_to_be_written_down_has_another_way() {
    let confluence = confluence();
    let tool = confluence.catalogue().get("confluence_attachment_upload").unwrap();
    let arguments = json!({ "id": "7", "file_name": "a.bin", "content_base64": "A".repeat(3_500_004) });
    let Value::Object(arguments) = arguments else { unreachable!() };
    let violations = confluence.catalogue().check(tool, arguments).unwrap_err();
    assert_eq!(violations.len(), 1, "{violations:?}");
    let told = &violations[0].description;
    assert!(told.contains("a larger file goes through `content_from`"), "{told}");
}

#[test]
fn a_wrong_type_is_answered_with_what_would_be_right() {
    let confluence = confluence();
    let table = [
        (
            "confluence_content_labels_add",
            json!({ "id": "7", "labels": ["release"] }),
            r#"labels.0: must be of type object, such as {"name":"release","prefix":"global"}"#,
        ),
        (
            "confluence_task_list",
            json!({ "created_at_from": "2026-01-01" }),
            "created_at_from: must be of type integer, such as 1767225600000 (Created at or after)",
        ),
    ];
    for (name, arguments, expected) in table {
        let tool = confluence.catalogue().get(name).unwrap();
        let Value::Object(arguments) = arguments else { unreachable!() };
        let violations = confluence.catalogue().check(tool, arguments).unwrap_err();
        let told = format!("{}: {}", violations[0].field, violations[0].description);
        assert!(told.starts_with(expected), "{told}");
    }
}
