//! What counts as not given. Models and frameworks fill in every parameter of a tool, with an empty text where they mean
//! nothing; sent on, that would be refused, or would search for things without a name.

use serde_json::{Map, Value};

use crate::definition::{Format, Kind, Parameter, Tool};

/// How programs write nothing as text.
const NOTHING: [&str; 3] = ["null", "None", "undefined"];
/// Stands in a parameter's `empty_members` for all of them.
const ALL: &str = "*";

/// `null` for what counts as not given, everything else as it is.
pub(super) fn drop_empty(parameter: &Parameter, value: Value) -> Value {
    match value {
        Value::String(text) if means_nothing(parameter, &text) => Value::Null,
        Value::Array(items) if lists(parameter) => without_empty_items(items),
        value => value,
    }
}

/// Whether a text stands for nothing. Where an empty text is a value, spaces are one too.
fn means_nothing(parameter: &Parameter, text: &str) -> bool {
    if text.trim().is_empty() {
        return !parameter.may_be_empty;
    }
    // A title may be "None"; a number, an id or one of a few words may not.
    closed(parameter)
        && NOTHING.contains(&text.trim())
        && !parameter.allowed.iter().any(|it| it == text.trim())
}

/// Whether not every text is a value.
fn closed(parameter: &Parameter) -> bool {
    parameter.kind != Kind::String
        || !parameter.allowed.is_empty()
        || matches!(parameter.format, Some(Format::Id | Format::Cursor | Format::Download))
}

/// Whether it takes several texts or numbers.
fn lists(parameter: &Parameter) -> bool {
    let objects = parameter.kind == Kind::Array(crate::definition::ItemKind::Object);
    parameter.comma_list || (matches!(parameter.kind, Kind::Array(_)) && !objects)
}

/// A list without elements that stand for nothing; `null` when no other is left. A list that was given empty stays so:
/// it may be meant to take everything away.
pub(super) fn without_empty_items(mut items: Vec<Value>) -> Value {
    let given_empty = items.is_empty();
    items.retain(|item| !item.is_null() && !item.as_str().is_some_and(|text| text.trim().is_empty()));
    if items.is_empty() && !given_empty { Value::Null } else { Value::Array(items) }
}

/// An object without members that stand for nothing, at any depth. Elements of lists keep their places.
pub(super) fn without_empty_members(parameter: &Parameter, value: Value) -> Value {
    if parameter.empty_members.iter().any(|it| it == ALL) {
        return value;
    }
    cleaned(parameter, value)
}

fn cleaned(parameter: &Parameter, value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .filter(|(name, value)| parameter.empty_members.contains(name) || !empty(value))
                .map(|(name, value)| (name, cleaned(parameter, value)))
                .collect(),
        ),
        Value::Array(items) => items.into_iter().map(|item| cleaned(parameter, item)).collect(),
        other => other,
    }
}

fn empty(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// Takes away empty texts that mean something only beside other arguments, when those were not given: the content of a
/// body without its representation, a file's bytes beside the handle of a file.
pub(super) fn drop_lonely(tool: &Tool, values: &mut Map<String, Value>) {
    for group in &tool.together {
        let given: Vec<&String> = group.iter().filter(|name| values.contains_key(*name)).collect();
        if given.len() < group.len() && given.iter().all(|name| values[*name] == "") {
            let given: Vec<String> = given.into_iter().cloned().collect();
            for name in given {
                values.remove(&name);
            }
        }
    }
    let named = |format: Format| {
        tool.parameters.iter().filter(move |it| it.format == Some(format)).map(|it| it.name.as_str())
    };
    if named(Format::Download).any(|name| values.contains_key(name)) {
        for name in named(Format::Base64) {
            if values.get(name).is_some_and(|it| it == "") {
                values.remove(name);
            }
        }
    }
}
