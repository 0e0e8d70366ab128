//! The members of a token request, from JSON or a form.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::refused::{Refused, malformed};
use crate::request::Query;

/// A request to the token endpoint, from JSON or a form.
pub(super) struct Request {
    json: Option<Value>,
    form: Query,
}

impl Request {
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refused> {
        let content_type =
            headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if content_type.starts_with("application/x-www-form-urlencoded") {
            return Ok(Self { json: None, form: Query::parse(&String::from_utf8_lossy(body)) });
        }
        let json: Value =
            serde_json::from_slice(body).map_err(|_| malformed("The body is neither JSON nor a form"))?;
        Ok(Self { json: Some(json), form: Query::default() })
    }

    /// Returns a member, if it is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let value = match &self.json {
            Some(json) => json.get(name).and_then(Value::as_str),
            None => self.form.first(name),
        };
        value.filter(|value| !value.is_empty()).map(str::to_owned)
    }
}
