//! Bodies of content.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::representation;
use crate::formats::storage_format::References;
use crate::request::Refusal;

/// A body: empty unless a format was asked for, else one member that is named after the format.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Body(BTreeMap<String, Representation>);

/// A body in one format.
#[derive(Debug, Serialize)]
struct Representation {
    representation: String,
    value: String,
}

impl Body {
    /// A body that is in this format already.
    pub(crate) fn new(format: &str, value: String) -> Self {
        let written = Representation { representation: format.to_owned(), value };
        Self(BTreeMap::from([(format.to_owned(), written)]))
    }

    /// A stored body in the wanted format. Fails when it has no form in that format.
    pub(crate) fn of(storage: &str, format: Option<&str>, references: &References) -> Result<Self, Refusal> {
        let Some(format) = format else { return Ok(Self::default()) };
        Ok(Self::new(format, representation::write(storage, format, references)?))
    }
}
