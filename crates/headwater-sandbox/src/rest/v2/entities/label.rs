//! Labels.

use serde::Serialize;

use crate::storage::labels;

/// A label.
#[derive(Debug, Serialize)]
pub(crate) struct Label {
    id: String,
    name: String,
    prefix: String,
}

impl From<&labels::Label> for Label {
    fn from(label: &labels::Label) -> Self {
        Self { id: label.id.to_string(), name: label.name.clone(), prefix: label.prefix.clone() }
    }
}
