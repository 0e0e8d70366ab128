//! The request that a tool call becomes.

mod keep;

use headwater_domain::bounds::JSON_IN_TEXT;
use headwater_domain::document;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

pub use self::keep::{KeepPlan, NothingToKeep};
use crate::arguments::{Arguments, Violation};
use crate::definition::{Format, ListStyle, Parameter, Place, Segment, Tool};
use crate::finish::{Finish, sorts_here};
use crate::form::{self, Part};

/// Everything but the characters that RFC 3986 §2.3 leaves unreserved.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request below an account's API base, ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestPlan {
    /// The HTTP method.
    pub method: &'static str,
    /// The path, percent-encoded, with its leading slash.
    pub path: String,
    /// The query, percent-encoded, without the question mark; empty for none.
    pub query: String,
    /// The JSON body.
    pub body: Option<Value>,
    /// The multipart form, instead of a JSON body.
    pub form: Option<Vec<Part>>,
    /// Whether it changes nothing, so that it may be sent twice.
    pub read_only: bool,
    /// Whether sending it twice does what sending it once does.
    pub idempotent: bool,
    /// What must be read first and put into the body with [`RequestPlan::fill`].
    pub keep: Option<KeepPlan>,
    /// What is left to do with the answer.
    pub finish: Finish,
}

impl RequestPlan {
    /// Plans a call of `tool`. Fails only for values that cannot stand in a path, or for arguments that were
    /// checked against another tool.
    pub fn new(tool: &Tool, arguments: &Arguments) -> Result<Self, Vec<Violation>> {
        let (path, form) = (path(tool, arguments)?, form::plan(tool, arguments)?);
        let body = if form.is_some() { None } else { body(tool, arguments) };
        let kept =
            tool.keep.as_ref().filter(|keep| body.as_ref().is_some_and(|it| it.get(&keep.member).is_none()));
        Ok(Self {
            method: tool.request.method.as_str(),
            keep: kept.map(|keep| keep.plan(&path)),
            path,
            query: query(tool, arguments),
            body,
            form,
            read_only: tool.hints.read_only,
            idempotent: tool.hints.idempotent,
            finish: Finish::new(tool, arguments),
        })
    }

    /// A plan that reads `path`, with `query` behind it.
    pub fn read(path: &str, query: &str) -> Self {
        Self {
            method: "GET",
            path: path.to_owned(),
            query: query.to_owned(),
            body: None,
            form: None,
            read_only: true,
            idempotent: true,
            keep: None,
            finish: Finish::default(),
        }
    }

    /// Where it reads from: path and query.
    pub fn handle(&self) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        format!("{}{mark}{}", self.path, self.query)
    }

    /// Whether it may be sent again although the first one may have had its effect.
    pub fn repeatable(&self) -> bool {
        self.read_only || self.idempotent
    }
}

/// Every place of every argument that was given.
fn placed<'a>(
    tool: &'a Tool,
    arguments: &'a Arguments,
) -> impl Iterator<Item = (&'a Parameter, &'a Place, &'a Value)> {
    let given = |parameter: &'a Parameter| arguments.get(&parameter.name).map(|value| (parameter, value));
    tool.parameters
        .iter()
        .filter_map(given)
        .flat_map(|(parameter, value)| parameter.places.iter().map(move |place| (parameter, place, value)))
}

fn path(tool: &Tool, arguments: &Arguments) -> Result<String, Vec<Violation>> {
    let mut path = String::new();
    for segment in &tool.request.segments {
        path.push('/');
        match segment {
            Segment::Literal(text) => path.push_str(text),
            Segment::Variable(name) => path.push_str(&variable(tool, arguments, name)?),
        }
    }
    Ok(path)
}

fn variable(tool: &Tool, arguments: &Arguments, name: &str) -> Result<String, Vec<Violation>> {
    let found = placed(tool, arguments).find(|(_, place, _)| matches!(place, Place::Path(it) if it == name));
    let Some((parameter, _, value)) = found else {
        return Err(vec![Violation::new(
            name,
            "required",
            "the path of this tool cannot be built without it",
        )]);
    };
    let text = plain(value);
    if safe_in_path(&text) {
        Ok(encode(&text))
    } else {
        Err(vec![Violation::new(
            &parameter.name,
            "path segment",
            "must not be empty, `.` or `..`, nor hold `/`, `\\`, `;`, `%` or control characters",
        )])
    }
}

/// Whether a value, once encoded, is one segment for every reader, however often it decodes.
fn safe_in_path(text: &str) -> bool {
    let forbidden = |character: char| "/\\;%".contains(character) || character.is_control();
    !text.is_empty() && text != "." && text != ".." && !text.contains(forbidden)
}

fn query(tool: &Tool, arguments: &Arguments) -> String {
    let ours = |parameter: &Parameter, value: &Value| {
        value.as_str().and_then(|it| sorts_here(parameter, it)).is_some()
    };
    let mut pairs: Vec<String> = placed(tool, arguments)
        .filter(|(parameter, _, value)| !ours(parameter, value))
        .filter_map(|(_, place, value)| match place {
            Place::Query(name, style) => Some((name, texts(value, *style))),
            Place::Path(_) | Place::Body(_) | Place::WholeBody | Place::Part(_) | Place::Nowhere => None,
        })
        .flat_map(|(name, texts)| {
            texts.into_iter().map(move |text| format!("{}={}", encode(name), encode(&text)))
        })
        .collect();
    // What is put into order here should be the whole list, if it fits into one page.
    let sorted_here = placed(tool, arguments).any(|(parameter, _, value)| ours(parameter, value));
    let largest = tool.parameter("limit").filter(|it| sorted_here && arguments.get(&it.name).is_none());
    pairs.extend(largest.and_then(|it| it.maximum).map(|it| format!("limit={it}")));
    pairs.join("&")
}

fn texts(value: &Value, style: ListStyle) -> Vec<String> {
    match (value, style) {
        (Value::Array(items), ListStyle::Repeated) => items.iter().map(plain).collect(),
        (Value::Array(items), ListStyle::Comma) if items.is_empty() => Vec::new(),
        (Value::Array(items), ListStyle::Comma) => {
            vec![items.iter().map(plain).collect::<Vec<_>>().join(",")]
        }
        (value, _) => vec![plain(value)],
    }
}

/// A value as it stands in a path or a query.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, STRICT).to_string()
}

/// The body: present, if only as an empty object, when the tool's request has one.
fn body(tool: &Tool, arguments: &Arguments) -> Option<Value> {
    if !tool.request.method.has_body() {
        return None;
    }
    let mut object = tool.fixed.clone();
    for (parameter, place, value) in placed(tool, arguments) {
        match place {
            Place::WholeBody => return Some(meant(parameter, value)),
            Place::Body(name) => {
                put(&mut object, name, meant(parameter, value));
                parameter.with.iter().for_each(|(name, value)| put(&mut object, name, value.clone()));
            }
            Place::Path(_) | Place::Query(..) | Place::Part(_) | Place::Nowhere => {}
        }
    }
    Some(Value::Object(object))
}

/// What stands in the body: the value itself, or the one that a JSON text is for. The arguments were checked, so the
/// text can be read.
fn meant(parameter: &Parameter, value: &Value) -> Value {
    let written = value.as_str().filter(|_| parameter.format == Some(Format::Json));
    written
        .and_then(|text| document::read(text.as_bytes(), &JSON_IN_TEXT).ok())
        .unwrap_or_else(|| value.clone())
}

/// Puts a value under a dotted name. Tool files in which one name is both a value and a parent are refused when
/// they are read.
fn put(object: &mut Map<String, Value>, name: &str, value: Value) {
    match name.split_once('.') {
        None => {
            object.insert(name.to_owned(), value);
        }
        Some((parent, rest)) => {
            let child = object.entry(parent).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(child) = child {
                put(child, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests;
