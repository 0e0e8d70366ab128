//! What is said of files before anything is sent.

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
