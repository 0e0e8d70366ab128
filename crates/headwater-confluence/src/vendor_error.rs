//! The shapes in which Confluence and the gateway in front of it report errors.

use serde_json::Value;

/// The longest vendor text that is passed on.
const MAX_TEXT: usize = 600;

/// What an error body says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct VendorError {
    /// Its code, when it has one besides the HTTP status.
    pub(crate) code: Option<String>,
    /// Its text, without Java class names.
    pub(crate) text: Option<String>,
}

/// Reads an error body of any shape; what cannot be read is left out.
pub(crate) fn read(body: &Value) -> VendorError {
    let errors = body.get("errors").and_then(Value::as_array).filter(|errors| !errors.is_empty());
    match errors {
        Some(errors) => second_version(errors),
        None => VendorError { code: None, text: flat_text(body) },
    }
}

/// `{"errors":[{"status","code","title","detail"}]}`
fn second_version(errors: &[Value]) -> VendorError {
    let member = |error: &Value, name: &str| {
        error.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let describe = |error: &Value| match (member(error, "title"), member(error, "detail")) {
        (Some(title), Some(detail)) => Some(format!("{title} ({detail})")),
        (title, detail) => title.or(detail),
    };
    let texts: Vec<String> = errors.iter().filter_map(describe).collect();
    VendorError {
        code: errors.first().and_then(|error| member(error, "code")),
        text: (!texts.is_empty()).then(|| shortened(&texts.join("; "))),
    }
}

/// `{"statusCode","message"}` of the first version, `{"code","message"}` of the gateway and
/// `{"timestamp","status","error","message","path"}` of its router.
fn flat_text(body: &Value) -> Option<String> {
    ["message", "error_description", "error"]
        .into_iter()
        .filter_map(|name| body.get(name).and_then(Value::as_str))
        .map(without_class_names)
        .find(|text| !text.is_empty() && *text != "No message available")
        .map(shortened)
}

/// Cuts `com.atlassian.x.NotFoundException: ` off the front, as often as it is there.
fn without_class_names(text: &str) -> &str {
    match text.split_once(": ") {
        Some((class, rest)) if is_class_name(class) => without_class_names(rest),
        _ => text.trim(),
    }
}

fn is_class_name(text: &str) -> bool {
    text.matches('.').count() >= 2
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._$".contains(&byte))
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_TEXT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_known_shape_gives_its_code_and_text() {
        let table = [
            (
                json!({"errors": [{"status": 404, "code": "NOT_FOUND", "title": "Cannot find a page with id [7]", "detail": null}]}),
                (Some("NOT_FOUND"), Some("Cannot find a page with id [7]")),
            ),
            (
                json!({"errors": [{"code": "INVALID_REQUEST_BODY", "title": "a", "detail": "b"}, {"title": "c"}]}),
                (Some("INVALID_REQUEST_BODY"), Some("a (b); c")),
            ),
            (
                json!({"statusCode": 400, "message": "com.atlassian.confluence.api.service.exceptions.api.BadRequestException: Could not parse cql : x"}),
                (None, Some("Could not parse cql : x")),
            ),
            (
                json!({"statusCode": 409, "message": "javax.persistence.OptimisticLockException: com.a.b.C: Row was updated"}),
                (None, Some("Row was updated")),
            ),
            (
                json!({"code": 401, "message": "Unauthorized; scope does not match"}),
                (None, Some("Unauthorized; scope does not match")),
            ),
            (
                json!({"timestamp": 1, "status": 404, "error": "Not Found", "message": "No message available", "path": "/x"}),
                (None, Some("Not Found")),
            ),
            (json!({"errors": []}), (None, None)),
            (json!([1, 2]), (None, None)),
            (json!("text"), (None, None)),
            (json!({"message": {"a": 1}}), (None, None)),
        ];
        for (body, (code, text)) in table {
            let error = read(&body);
            assert_eq!((error.code.as_deref(), error.text.as_deref()), (code, text), "{body}");
        }
    }

    #[test]
    fn long_texts_are_cut() {
        let text = read(&json!({"message": "ä".repeat(5_000)})).text.unwrap();
        assert_eq!(text.chars().count(), MAX_TEXT + 1);
    }
}
