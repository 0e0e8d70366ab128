//! The arguments of a call: checked against the tool, and brought into the form that the request needs.

mod absent;
mod explain;
mod lenient;

use serde_json::{Map, Value};

use crate::definition::{Parameter, Tool};
use crate::names::nearest;

/// The most violations that one call reports.
const MAX_VIOLATIONS: usize = 20;

/// Arguments that fit their tool. Absent ones are left out: a `null` counts as absent, and so does an empty text unless
/// its parameter says that it is a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Arguments(Map<String, Value>);

/// One argument that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The argument's name; elements of arrays are dotted (`id.2`).
    pub field: String,
    /// What is wrong and what is allowed.
    pub description: String,
    /// The rule, in short (`required`, `maximum=250`).
    pub constraint: String,
}

impl Violation {
    pub(crate) fn new(field: &str, constraint: &str, description: impl Into<String>) -> Self {
        Self { field: field.to_owned(), description: description.into(), constraint: constraint.to_owned() }
    }
}

impl Arguments {
    /// Checks what a caller gave. Forgives what models often get wrong where nothing is lost by it: whole numbers
    /// written as `5.0` or `"5"`, identifiers given as numbers, a single value where an array is wanted, arrays and
    /// objects written as JSON text, identifiers with commas between them.
    pub fn check(tool: &Tool, mut given: Map<String, Value>) -> Result<Self, Vec<Violation>> {
        let mut violations = unknown(tool, &given);
        let mut values = Map::new();
        for parameter in &tool.parameters {
            let value = given.remove(&parameter.name).unwrap_or_default();
            let named = !value.is_null();
            match lenient::adjust(parameter, value) {
                Ok(Value::Null) if parameter.required => violations.push(missing(tool, parameter, named)),
                Ok(Value::Null) => {}
                Ok(value) => {
                    values.insert(parameter.name.clone(), value);
                }
                Err(violation) => violations.push(violation),
            }
        }
        absent::drop_lonely(tool, &mut values);
        violations.extend(separated(tool, &values));
        let values = Value::Object(values);
        violations.extend(explain::broken_rules(tool, &values).take(MAX_VIOLATIONS));
        match values {
            Value::Object(values) if violations.is_empty() => Ok(Self(values)),
            _ => Err(limited(violations)),
        }
    }

    /// The value of an argument, when it was given.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// All arguments that were given.
    pub fn values(&self) -> &Map<String, Value> {
        &self.0
    }
}

fn limited(mut violations: Vec<Violation>) -> Vec<Violation> {
    violations.truncate(MAX_VIOLATIONS);
    violations
}

/// Names that the tool does not know. A `null` under an unknown name is refused too: it was meant for something.
fn unknown(tool: &Tool, given: &Map<String, Value>) -> Vec<Violation> {
    let known = || tool.parameters.iter().map(|it| it.name.as_str());
    let describe = |name: &String| {
        let near = nearest(name, known(), 2);
        let meant =
            if near.is_empty() { String::new() } else { format!("; did you mean {}?", quoted(&near)) };
        let advice = tool.advice_on_argument(name, None).map(|it| format!("; {it}")).unwrap_or_default();
        let all: Vec<&str> = known().collect();
        let rest =
            if all.is_empty() { "it takes none".to_owned() } else { format!("it takes {}", quoted(&all)) };
        Violation::new(
            &shortened(name),
            "known parameter",
            format!("{} has no such parameter{meant}{advice}; {rest}", tool.name),
        )
    };
    given.keys().filter(|name| tool.parameter(name).is_none()).take(MAX_VIOLATIONS).map(describe).collect()
}

/// A required argument that was not given, or given without a content.
fn missing(tool: &Tool, parameter: &Parameter, empty: bool) -> Violation {
    let (meaning, example) = (explain::meaning(parameter), example(parameter));
    let empty = if empty { " and must not be empty" } else { "" };
    let allowed: Vec<&str> = parameter.allowed.iter().map(String::as_str).collect();
    let example = if allowed.is_empty() { example } else { format!(": one of {}", quoted(&allowed)) };
    let description = format!("is required by {}{empty}{example} ({meaning})", tool.name);
    Violation::new(&parameter.name, "required", description)
}

/// A value that shows what is meant, as the end of a sentence.
fn example(parameter: &Parameter) -> String {
    parameter.example.as_ref().map(|it| format!(", such as {it}")).unwrap_or_default()
}

/// Parameters that were given without those that belong to them.
fn separated(tool: &Tool, values: &Map<String, Value>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for group in &tool.together {
        let (given, absent): (Vec<&str>, Vec<&str>) =
            group.iter().map(String::as_str).partition(|name| values.contains_key(*name));
        if given.is_empty() {
            continue;
        }
        let explain = |name: &&str| {
            let example = tool.parameter(name).map(example).unwrap_or_default();
            Violation::new(
                name,
                "required together",
                format!("must be given together with {}, or neither{example}", quoted(&given)),
            )
        };
        violations.extend(absent.iter().map(explain));
    }
    violations
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// A caller's text, short enough for a message.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests;
