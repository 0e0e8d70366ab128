//! Broken rules of a schema in words.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Rule;
use serde_json::Value;

use super::{Violation, quoted, shortened};
use crate::definition::{Format, Parameter, Tool};

/// What the tool's schema finds wrong with values that were already repaired. Absence is reported elsewhere.
pub(super) fn broken_rules<'a>(tool: &'a Tool, values: &'a Value) -> impl Iterator<Item = Violation> + 'a {
    tool.compiled
        .validator
        .iter_errors(values)
        .filter(|error| !matches!(error.kind(), Rule::Required { .. }))
        .map(|error| violation(tool, &error))
}

fn violation(tool: &Tool, error: &ValidationError<'_>) -> Violation {
    let field = error.instance_path().as_str().trim_start_matches('/').replace('/', ".");
    let parameter = field.split('.').next().and_then(|name| tool.parameter(name));
    let (constraint, rule) = rule(parameter, error);
    let instead = match error.kind() {
        Rule::MaxLength { .. } => parameter.and_then(|it| other_way(tool, it)),
        _ => None,
    };
    let instead = instead.map(|it| format!("; a larger file goes through `{it}`")).unwrap_or_default();
    let name = parameter.map_or("", |it| it.name.as_str());
    let advice = tool.advice_on_argument(name, error.instance().as_str());
    let advice = advice.map(|it| format!("; {it}")).unwrap_or_default();
    Violation::new(
        &shortened(&field),
        &constraint,
        format!("{rule}{instead}; got {}{advice}", shown(error.instance())),
    )
}

/// What a file that is too large to be written down can be given by instead.
fn other_way<'a>(tool: &'a Tool, parameter: &Parameter) -> Option<&'a str> {
    let by_handle = |it: &&Parameter| it.format == Some(Format::Download);
    let other = tool.parameters.iter().find(by_handle).filter(|_| parameter.format == Some(Format::Base64));
    other.map(|it| it.name.as_str())
}

/// The rule in short and as half a sentence.
fn rule(parameter: Option<&Parameter>, error: &ValidationError<'_>) -> (String, String) {
    let keyword = error.kind().keyword();
    match error.kind() {
        Rule::Type { .. } => of_type(parameter, error),
        Rule::Enum { options } => (keyword.to_owned(), format!("must be one of {}", listed(options))),
        Rule::Minimum { limit } => (format!("{keyword}={limit}"), format!("must be at least {limit}")),
        Rule::Maximum { limit } => (format!("{keyword}={limit}"), format!("must be at most {limit}")),
        Rule::MaxLength { limit } => {
            (format!("{keyword}={limit}"), format!("must not be longer than {limit} characters"))
        }
        Rule::MinLength { limit } => {
            (format!("{keyword}={limit}"), format!("must be at least {limit} characters long"))
        }
        Rule::MaxItems { limit } => {
            (format!("{keyword}={limit}"), format!("must not have more than {limit} elements"))
        }
        Rule::Pattern { .. } => (keyword.to_owned(), pattern(parameter)),
        _ => (keyword.to_owned(), format!("breaks the rule `{keyword}`")),
    }
}

/// A wrong type, of the value itself or of one element of an array.
fn of_type(parameter: Option<&Parameter>, error: &ValidationError<'_>) -> (String, String) {
    let Some(parameter) = parameter else { return ("type".to_owned(), "has the wrong type".to_owned()) };
    let nested = error.instance_path().as_str().matches('/').count() > 1;
    let example = parameter.example.as_ref();
    let (wanted, example) = match (parameter.kind, nested) {
        (crate::definition::Kind::Array(items), true) => (items.as_str(), example.and_then(|it| it.get(0))),
        (kind, _) => (kind.as_str(), example),
    };
    let example = example.map(|it| format!(", such as {it}")).unwrap_or_default();
    (format!("type={wanted}"), format!("must be of type {wanted}{example} ({})", meaning(parameter)))
}

fn pattern(parameter: Option<&Parameter>) -> String {
    let Some(parameter) = parameter else { return "has the wrong form".to_owned() };
    let (example, meaning) = (super::example(parameter), meaning(parameter));
    let names: Vec<&str> = parameter.allowed.iter().map(String::as_str).collect();
    match (parameter.format, parameter.comma_list) {
        (Some(Format::Id), true) => {
            format!("must be numeric ids with commas between them{example} ({meaning})")
        }
        (Some(Format::Id), false) => format!("must be a numeric id{example} ({meaning})"),
        _ => format!("must be one or more of {}, with commas between them", quoted(&names)),
    }
}

/// What a parameter means, in its first words: a name such as `id` does not say whose.
pub(super) fn meaning(parameter: &Parameter) -> &str {
    let text = parameter.description.trim_end_matches('.');
    text.split_once(['.', ';', ':']).map_or(text, |(first, _)| first)
}

fn listed(options: &Value) -> String {
    let texts: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    quoted(&texts)
}

/// A value, short enough for a message; of containers only what they are.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Object(_) => "an object".to_owned(),
        value => shortened(&value.to_string()),
    }
}
