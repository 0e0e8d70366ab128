//! Reading JSON bodies: missing members and wrong types are refused in the vendor's words.

use serde_json::{Map, Value};

use crate::request::Refusal;
use crate::request::v2_error::{invalid_bodies, invalid_body, wrong_type};

/// The members of a JSON object that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    pub(crate) fn read(body: &[u8]) -> Result<Self, Refusal> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => Ok(Self(members)),
            Ok(_) => Err(invalid_body("The request body must be a JSON object")),
            Err(error) => Err(invalid_body(format!("The request body is not valid JSON: {error}"))),
        }
    }

    /// Refuses bodies that lack any of these, naming all that are missing.
    pub(crate) fn require(&self, names: &[&str]) -> Result<(), Refusal> {
        let missing = names.iter().filter(|name| self.value(name).is_none());
        let titles: Vec<String> = missing.map(|name| format!("{name}: must not be null")).collect();
        if titles.is_empty() { Ok(()) } else { Err(invalid_bodies(&titles)) }
    }

    /// Returns a member, if it is there and not null.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(invalid_body(format!("{name}: must be a string"))),
        }
    }

    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(invalid_body(format!("{name}: must be a boolean"))),
        }
    }

    pub(crate) fn list(&self, name: &str) -> Result<Option<&Vec<Value>>, Refusal> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Array(entries)) => Ok(Some(entries)),
            Some(_) => Err(invalid_body(format!("{name}: must be a list"))),
        }
    }

    /// Reads an id, which is a string of digits or a number.
    pub(crate) fn id(&self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => text.parse().map(Some).map_err(|_| wrong_type(name, text, "Long")),
            Some(value) => {
                value.as_i64().map(Some).ok_or_else(|| wrong_type(name, &value.to_string(), "Long"))
            }
        }
    }

    /// Reads a member that is an object.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Self>, Refusal> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(Self(members.clone()))),
            Some(_) => Err(invalid_body(format!("{name}: must be an object"))),
        }
    }
}
