//! A provider's success as the caller sees it: the provider's own JSON, in an object.

use headwater_domain::bounds::ANSWER;
use headwater_domain::document::{self, DocumentError, Exceeded};
use serde_json::{Map, Value, json};

/// A success that cannot be passed on.
#[derive(Debug, thiserror::Error)]
pub enum ReplyError {
    /// The answer is not JSON.
    #[error("the provider answered with status {status}, but with something that is not JSON")]
    NotJson {
        /// The HTTP status.
        status: u16,
        /// Where it stopped being JSON.
        #[source]
        source: serde_json::Error,
    },
    /// The answer is JSON that exceeds a bound.
    #[error("the provider's answer {0}")]
    Exceeded(Exceeded),
}

/// Shapes the answer to a call that succeeded.
///
/// An object is passed on as it is. Callers expect an object, so anything else is put into one: an array under
/// `items`, a bare value under `value`. An empty answer, such as the one to a deletion, becomes
/// `{"success": true, "status": 204}`.
pub fn shape(status: u16, body: &[u8]) -> Result<Map<String, Value>, ReplyError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(object([("success", json!(true)), ("status", json!(status))]));
    }
    match document::read(body, &ANSWER) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(items @ Value::Array(_)) => Ok(object([("items", items)])),
        Ok(value) => Ok(object([("value", value)])),
        Err(DocumentError::Syntax(source)) => Err(ReplyError::NotJson { status, source }),
        Err(DocumentError::Exceeded(exceeded)) => Err(ReplyError::Exceeded(exceeded)),
    }
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_become_objects_without_losing_anything() {
        let table = [
            (200, r#"{"z":1,"a":{"b":[1.5,null]}}"#, r#"{"z":1,"a":{"b":[1.5,null]}}"#),
            (200, "[1,2]", r#"{"items":[1,2]}"#),
            (200, "\"x\"", r#"{"value":"x"}"#),
            (200, "null", r#"{"value":null}"#),
            (204, "", r#"{"success":true,"status":204}"#),
            (200, " \n", r#"{"success":true,"status":200}"#),
        ];
        for (status, body, expected) in table {
            let shaped = shape(status, body.as_bytes()).unwrap();
            assert_eq!(Value::Object(shaped).to_string(), expected, "{body}");
        }
    }

    #[test]
    fn other_answers_are_refused() {
        for body in [&b"<html></html>"[..], b"{", b"\xff\xfe", b"{} {}"] {
            assert!(shape(200, body).is_err(), "{body:?}");
        }
    }

    #[test]
    fn g1_an_answer_of_too_many_values_is_not_parsed() {
        let many = format!("[{}1]", "1,".repeat(ANSWER.values));
        assert!(matches!(shape(200, many.as_bytes()), Err(ReplyError::Exceeded(Exceeded::Values(_)))));
        let deep = format!("{}{}", "[".repeat(ANSWER.depth + 1), "]".repeat(ANSWER.depth + 1));
        assert!(matches!(shape(200, deep.as_bytes()), Err(ReplyError::Exceeded(Exceeded::Depth(_)))));
    }
}
