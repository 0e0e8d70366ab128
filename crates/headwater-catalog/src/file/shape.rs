//! The keys of a tool file, and how they become parameters and request lines.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;

use super::Problem;
use crate::definition::{
    Advice, Format, Hints, ItemKind, Keep, Kind, ListStyle, Method, Paging, Parameter, Place, Reply,
    RequestLine, Scopes, Segment, SortedHere,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToolFile {
    pub(super) tool: Vec<ToolShape>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToolShape {
    pub(super) name: Spanned<String>,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) request: Spanned<String>,
    pub(super) scopes: Scopes,
    pub(super) hints: Hints,
    #[serde(default)]
    pub(super) reply: Reply,
    pub(super) paging: Option<Paging>,
    #[serde(default)]
    pub(super) fixed: Map<String, Value>,
    pub(super) keep: Option<Keep>,
    /// Tools are part of the published catalogue unless they say otherwise.
    #[serde(default = "yes")]
    pub(super) published: bool,
    #[serde(default)]
    pub(super) together: Vec<Vec<String>>,
    #[serde(default)]
    pub(super) intents: Vec<String>,
    #[serde(default)]
    pub(super) advice: Vec<Advice>,
    #[serde(default)]
    pub(super) parameter: Vec<ParameterShape>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "these are keys of a file, each true or false")]
pub(super) struct ParameterShape {
    name: Spanned<String>,
    #[serde(rename = "type")]
    kind: KindName,
    items: Option<ItemKind>,
    #[serde(default)]
    required: bool,
    description: String,
    path: Option<String>,
    query: Option<String>,
    body: Option<String>,
    part: Option<String>,
    /// Members that stand in the body with it.
    #[serde(default)]
    with: Map<String, Value>,
    /// The parameter is taken and not sent.
    #[serde(default)]
    unsent: bool,
    style: Option<ListStyle>,
    format: Option<Format>,
    #[serde(default)]
    comma_list: bool,
    #[serde(default)]
    may_be_empty: bool,
    #[serde(default)]
    empty_members: Vec<String>,
    #[serde(default)]
    allowed: Vec<String>,
    #[serde(default)]
    synonyms: BTreeMap<String, String>,
    sorted_here: Option<SortedHere>,
    if_nothing: Option<String>,
    default: Option<Value>,
    minimum: Option<i64>,
    maximum: Option<i64>,
    min_length: Option<u64>,
    max_length: Option<u64>,
    max_items: Option<u64>,
    example: Option<Value>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindName {
    String,
    Integer,
    Number,
    Boolean,
    Object,
    Array,
}

/// The `body` of a parameter whose value is the whole body.
const WHOLE_BODY: &str = "*";

const fn yes() -> bool {
    true
}

/// Reads a parameter and checks what can be wrong with it by itself.
pub(super) fn parameter(shape: ParameterShape) -> Result<Parameter, Problem> {
    let span = shape.name.span();
    let parameter = convert(shape).map_err(|problem| problem.at(span.clone()))?;
    super::check::parameter(&parameter).map_err(|problem| problem.at(span))?;
    Ok(parameter)
}

fn convert(shape: ParameterShape) -> Result<Parameter, Problem> {
    let name = shape.name.get_ref().clone();
    let kind = kind(&name, shape.kind, shape.items)?;
    let places = places(&name, &shape)?;
    Ok(Parameter {
        name,
        kind,
        required: shape.required,
        description: shape.description,
        places,
        with: shape.with,
        format: shape.format,
        comma_list: shape.comma_list,
        may_be_empty: shape.may_be_empty,
        empty_members: shape.empty_members,
        allowed: shape.allowed,
        synonyms: shape.synonyms,
        sorted_here: shape.sorted_here,
        if_nothing: shape.if_nothing,
        default: shape.default,
        minimum: shape.minimum,
        maximum: shape.maximum,
        min_length: shape.min_length,
        max_length: shape.max_length,
        max_items: shape.max_items,
        example: shape.example,
    })
}

fn kind(name: &str, kind: KindName, items: Option<ItemKind>) -> Result<Kind, Problem> {
    match (kind, items) {
        (KindName::Array, items) => Ok(Kind::Array(items.unwrap_or(ItemKind::String))),
        (_, Some(_)) => {
            Err(Problem::new(format!("parameter `{name}` has `items` but is no array"), "remove `items`"))
        }
        (KindName::String, None) => Ok(Kind::String),
        (KindName::Integer, None) => Ok(Kind::Integer),
        (KindName::Number, None) => Ok(Kind::Number),
        (KindName::Boolean, None) => Ok(Kind::Boolean),
        (KindName::Object, None) => Ok(Kind::Object),
    }
}

fn places(name: &str, shape: &ParameterShape) -> Result<Vec<Place>, Problem> {
    let is_list = matches!(shape.kind, KindName::Array);
    if shape.style.is_some() && !(is_list && shape.query.is_some()) {
        let what = format!("parameter `{name}` has `style` but is no array in the query");
        return Err(Problem::new(what, "remove `style`"));
    }
    let query = shape.query.clone().map(|wire| Place::Query(wire, shape.style.unwrap_or_default()));
    let path = shape.path.clone().map(Place::Path);
    let body = shape.body.as_deref().map(|wire| match wire {
        WHOLE_BODY => Place::WholeBody,
        wire => Place::Body(wire.to_owned()),
    });
    let nowhere = shape.unsent.then_some(Place::Nowhere);
    let part = shape.part.clone().map(Place::Part);
    let places: Vec<Place> = [path, query, body, part, nowhere].into_iter().flatten().collect();
    if shape.unsent && places.len() > 1 {
        return Err(Problem::new(format!("parameter `{name}` is `unsent` and goes somewhere"), "remove one"));
    }
    if places.is_empty() {
        let remedy = "give it `path`, `query`, `body` or `part` with its name on the wire";
        return Err(Problem::new(format!("parameter `{name}` goes nowhere"), remedy));
    }
    Ok(places)
}

/// Reads a request line such as `GET /wiki/api/v2/pages/{id}`.
pub(super) fn request_line(text: &Spanned<String>) -> Result<RequestLine, Problem> {
    let span: Range<usize> = text.span();
    read_request_line(text.get_ref()).ok_or_else(|| {
        Problem::new(
            format!("`{}` is not a request line", text.get_ref()),
            "write a method (GET, POST, PUT, DELETE), a space and a path such as `/wiki/api/v2/pages/{id}`",
        )
        .at(span)
    })
}

fn read_request_line(text: &str) -> Option<RequestLine> {
    let (method, path) = text.split_once(' ')?;
    let method = [Method::Get, Method::Post, Method::Put, Method::Delete]
        .into_iter()
        .find(|it| it.as_str() == method)?;
    let segments = path.strip_prefix('/')?.split('/').map(segment).collect::<Option<Vec<_>>>()?;
    Some(RequestLine { method, segments })
}

fn segment(text: &str) -> Option<Segment> {
    let word = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(name) if word(name) => Some(Segment::Variable(name.to_owned())),
        None if word(text) => Some(Segment::Literal(text.to_owned())),
        _ => None,
    }
}
