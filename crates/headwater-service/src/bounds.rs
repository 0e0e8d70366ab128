//! Bounds on what callers can have stored: length of texts, size and shape of maps, and how many rows.

use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::secret::Secret;
use serde_json::{Map, Value};

use crate::error::ServiceError;

/// The longest OAuth client id, in bytes.
pub(crate) const CLIENT_ID: usize = 512;
/// The longest OAuth client secret, in bytes.
pub(crate) const CLIENT_SECRET: usize = 4096;
/// The longest URL, in bytes.
pub(crate) const URL: usize = 2048;
/// The longest name of a scope, in bytes.
pub(crate) const SCOPE: usize = 256;
/// The longest token, in bytes: some providers put whole documents into theirs.
pub(crate) const TOKEN: usize = 16 * 1024;
/// The longest state of a caller, in bytes.
pub(crate) const STATE: usize = 2048;
/// The longest organization or user id of an owner, in bytes.
pub(crate) const OWNER_PART: usize = 512;
/// The largest `api_config` once it is merged, as JSON, in bytes.
const API_CONFIG_BYTES: usize = 16 * 1024;
/// The most keys and elements in it, at every level together.
const API_CONFIG_ELEMENTS: usize = 500;
/// How deep it can be.
const API_CONFIG_DEPTH: usize = 8;

/// How many rows API clients can create.
#[derive(Clone, Copy, Debug)]
pub struct Quotas {
    /// The most connections.
    pub connections: u64,
    /// The most connected accounts of one connection.
    pub accounts_per_connection: u64,
    /// The most authorization links of one account that wait to be used.
    pub links_per_account: u64,
    /// The most webhooks: every event is written once for each.
    pub webhooks: u64,
}

impl Default for Quotas {
    fn default() -> Self {
        Self { connections: 200, accounts_per_connection: 100_000, links_per_account: 50, webhooks: 20 }
    }
}

/// Refuses a text of more than `most` bytes, or with control characters.
pub(crate) fn text(field: &str, text: &str, most: usize) -> Result<(), ServiceError> {
    if text.len() > most {
        return Err(too_long(field, text.len(), most));
    }
    if text.chars().any(char::is_control) {
        return Err(ServiceError::invalid(
            field,
            "no control characters",
            "must not hold control characters",
        ));
    }
    Ok(())
}

/// Refuses a secret of more than `most` bytes. Its length is told, and nothing else of it.
#[expect(clippy::disallowed_methods, reason = "the length of a secret is measured")]
pub(crate) fn secret(field: &str, secret: &Secret, most: usize) -> Result<(), ServiceError> {
    let length = secret.expose().len();
    if length > most { Err(too_long(field, length, most)) } else { Ok(()) }
}

/// Refuses settings of an account that have grown too large, too many or too deep. Measured without recursion.
pub(crate) fn api_config(config: &Map<String, Value>) -> Result<(), ServiceError> {
    let refuse = |constraint: String, message: String| {
        let message = format!(
            "{message}, with what is stored already; remove what is not needed, or keep it elsewhere"
        );
        Err(ServiceError::invalid("connected_account.api_config", &constraint, message))
    };
    let (mut elements, mut bytes) = (0, 2);
    let mut left: Vec<(&Value, usize)> = Vec::new();
    for (key, value) in config {
        elements += 1;
        bytes += key.len() + 4;
        left.push((value, 1));
    }
    while let Some((value, depth)) = left.pop() {
        if depth > API_CONFIG_DEPTH {
            return refuse(
                format!("max_depth={API_CONFIG_DEPTH}"),
                format!("is deeper than {API_CONFIG_DEPTH} levels"),
            );
        }
        match value {
            Value::Object(map) => {
                elements += map.len();
                bytes += map.keys().map(|key| key.len() + 4).sum::<usize>() + 2;
                left.extend(map.values().map(|it| (it, depth + 1)));
            }
            Value::Array(list) => {
                elements += list.len();
                bytes += list.len() + 2;
                left.extend(list.iter().map(|it| (it, depth + 1)));
            }
            Value::String(text) => bytes += text.len() + 2,
            Value::Number(_) | Value::Bool(_) | Value::Null => bytes += 8,
        }
        if elements > API_CONFIG_ELEMENTS {
            let message = format!("holds more than {API_CONFIG_ELEMENTS} keys and elements");
            return refuse(format!("max_items={API_CONFIG_ELEMENTS}"), message);
        }
        if bytes > API_CONFIG_BYTES {
            return refuse(
                format!("max_bytes={API_CONFIG_BYTES}"),
                format!("is larger than {API_CONFIG_BYTES} bytes"),
            );
        }
    }
    Ok(())
}

/// Refuses one more where there are `most` already.
pub(crate) fn ensure_room(count: u64, most: u64, what: &str, setting: &str) -> Result<(), ServiceError> {
    if count < most {
        return Ok(());
    }
    let message = format!(
        "there are {count} {what} already, and the operator allows {most} ({setting}); remove some, or wait until they lapse"
    );
    Err(ServiceError::new(ErrorKind::ResourceExhausted, ErrorCode::QuotaExceeded, message))
}

fn too_long(field: &str, length: usize, most: usize) -> ServiceError {
    let message = format!("has {length} bytes; {most} is the most");
    ServiceError::invalid(field, &format!("max_bytes={most}"), message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn constraint(config: &Value) -> Option<String> {
        let error = api_config(config.as_object().unwrap()).err()?;
        Some(error.violations()[0].constraint.clone())
    }

    #[test]
    fn f14_settings_are_bounded_in_size_number_and_depth() {
        let nested = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!({"a": inner}));
        let keys = |count: usize| (0..count).map(|it| (it.to_string(), json!(1))).collect::<Map<_, _>>();
        assert_eq!(constraint(&json!({"cloud_id": "x", "team": ["a", {"b": null}]})), None);
        assert_eq!(constraint(&nested(8)), None);
        assert_eq!(constraint(&nested(9)).as_deref(), Some("max_depth=8"));
        assert_eq!(constraint(&Value::Object(keys(500))), None);
        assert_eq!(constraint(&Value::Object(keys(501))).as_deref(), Some("max_items=500"));
        assert_eq!(constraint(&json!({"a": vec![0; 500]})).as_deref(), Some("max_items=500"));
        assert_eq!(constraint(&json!({"a": "x".repeat(16_000)})), None);
        assert_eq!(constraint(&json!({"a": "x".repeat(16_384)})).as_deref(), Some("max_bytes=16384"));
        assert_eq!(constraint(&json!({"x".repeat(16_384): 1})).as_deref(), Some("max_bytes=16384"));
    }

    #[test]
    fn f14_texts_are_bounded_and_hold_no_control_characters() {
        assert!(text("f", &"x".repeat(8), 8).is_ok());
        assert_eq!(text("f", &"x".repeat(9), 8).unwrap_err().violations()[0].constraint, "max_bytes=8");
        assert!(text("f", "a\nb", 8).is_err());
        let error = secret("f", &Secret::new("canary".repeat(2)), 8).unwrap_err();
        assert!(!error.message().contains("canary"), "{error}");
    }
}
