//! Atlassian document format, read from and written to storage format: the nodes and marks people use. What has no
//! counterpart becomes an extension node on the way out and an error on the way in.

mod blocks;
mod extension;
mod inline;
mod layout;
mod links;
mod macros;
mod media;
mod resolve;
mod store;
mod style;
mod tables;

#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use crate::formats::storage_format::{References, tree};

/// Converts storage format to a document.
pub(crate) fn from_storage(storage: &str, references: &References) -> Result<Value, String> {
    let nodes = tree::parse(storage)?;
    let mut content = Value::Array(blocks::convert(&nodes));
    resolve::resolve(&mut content, references);
    Ok(json!({ "type": "doc", "version": 1, "content": content }))
}

/// Converts a document to storage format. The error names the node that cannot be converted.
pub(crate) fn to_storage(document: &Value) -> Result<String, String> {
    if document.get("type").and_then(Value::as_str) != Some("doc") {
        return Err("the outermost node must have the type doc".to_owned());
    }
    if document.get("version").and_then(Value::as_i64) != Some(1) {
        return Err("the version of the document must be 1".to_owned());
    }
    store::blocks(document)
}
