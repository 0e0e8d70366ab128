//! Reading parameters: wrong values are refused in the vendor's words.

use crate::request::v2_error::{invalid_parameter, wrong_type};
use crate::request::{Call, Query, Refusal};
use crate::storage::content::Status;

/// Reads a number in the path.
pub(crate) fn path_id(call: &Call, name: &str) -> Result<i64, Refusal> {
    let value = call.parameter(name);
    value.parse().map_err(|_| wrong_type(name, value, "long"))
}

/// Reads a switch in the query; absent means `default`.
pub(crate) fn boolean(query: &Query, name: &str, default: bool) -> Result<bool, Refusal> {
    match query.first(name) {
        None => Ok(default),
        Some(value) if value.eq_ignore_ascii_case("true") => Ok(true),
        Some(value) if value.eq_ignore_ascii_case("false") => Ok(false),
        Some(value) => Err(wrong_type(name, value, "boolean")),
    }
}

/// Reads a list of ids in the query, with a limit on their number.
pub(crate) fn ids(query: &Query, name: &str, most: usize) -> Result<Vec<i64>, Refusal> {
    let entries = texts(query, name, most)?;
    entries.into_iter().map(|entry| entry.parse().map_err(|_| wrong_type(name, entry, "long"))).collect()
}

/// Reads a list of texts in the query, with a limit on their number.
pub(crate) fn texts<'a>(query: &'a Query, name: &str, most: usize) -> Result<Vec<&'a str>, Refusal> {
    let entries = query.list(name);
    if entries.len() > most {
        return Err(invalid_parameter(format!(
            "Provided size {{{}}} for '{name}' is greater than the max allowed: {most}",
            entries.len()
        )));
    }
    Ok(entries)
}

/// Reads one of these words; absent means `None`.
pub(crate) fn word<'a>(
    query: &'a Query,
    name: &str,
    allowed: &[&str],
    kind: &str,
) -> Result<Option<&'a str>, Refusal> {
    match query.first(name) {
        Some(value) if !allowed.contains(&value) => Err(wrong_type(name, value, kind)),
        value => Ok(value),
    }
}

/// Reads the statuses that a list is narrowed to. `deleted` is allowed, but no content has it, like the vendor's
/// purged rows.
pub(crate) fn statuses(query: &Query, allowed: &[&str], default: &[Status]) -> Result<Statuses, Refusal> {
    let entries = query.list("status");
    if let Some(unknown) = entries.iter().find(|entry| !allowed.contains(*entry)) {
        return Err(wrong_type("status", unknown, "ContentStatus"));
    }
    let known: Vec<Status> = entries.iter().filter_map(|entry| Status::parse(entry)).collect();
    Ok(match (entries.is_empty(), known.is_empty()) {
        (true, _) => Statuses(Some(default.to_vec())),
        (false, true) => Statuses(None),
        (false, false) => Statuses(Some(known)),
    })
}

/// Statuses to look for; `None` when nothing can have them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statuses(pub(crate) Option<Vec<Status>>);

/// The values of `body-format` for lists.
pub(crate) const LIST_FORMATS: &[&str] = &["storage", "atlas_doc_format"];

/// The values of `body-format` for one piece of content.
pub(crate) const SINGLE_FORMATS: &[&str] =
    &["storage", "atlas_doc_format", "view", "export_view", "anonymous_export_view", "styled_view", "editor"];

/// Reads the format that bodies are wanted in.
pub(crate) fn body_format<'a>(query: &'a Query, allowed: &[&str]) -> Result<Option<&'a str>, Refusal> {
    let kind = if allowed == SINGLE_FORMATS {
        "PrimaryBodyRepresentationSingle"
    } else {
        "PrimaryBodyRepresentation"
    };
    word(query, "body-format", allowed, kind)
}
