//! What the user may do with content. Whoever may see a document here may do everything with it.

use serde_json::{Value, json};

use crate::storage::content::Kind;

/// The operations permitted on a page or blog post.
pub(super) fn of_document(kind: Kind) -> Vec<Value> {
    let target = kind.as_str();
    let on_itself =
        ["read", "update", "delete", "restrict_content", "clear_permissions", "archive", "view_analytics"];
    let mut permitted: Vec<Value> = on_itself
        .into_iter()
        .filter(|operation| kind == Kind::Page || *operation != "archive")
        .map(|operation| json!({ "operation": operation, "targetType": target }))
        .collect();
    let creatable: &[&str] = match kind {
        Kind::Page => &["attachment", "comment", "page"],
        _ => &["attachment", "comment"],
    };
    permitted.extend(creatable.iter().map(|kind| json!({ "operation": "create", "targetType": kind })));
    permitted
}
