//! What a tool is: its name, its parameters and the request that it stands for.

mod advice;
pub(crate) mod schema;
mod told;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

pub use self::advice::Advice;
pub(crate) use self::advice::alike;
use self::schema::Compiled;

/// A tool, checked and ready to be called. Made by [`crate::file::read`] only.
#[derive(Debug)]
pub struct Tool {
    /// Its name, such as `confluence_page_get`.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it does and when to use it, for a model.
    pub description: String,
    /// What people say who want it, in words that the description does not have: for the search only.
    pub intents: Vec<String>,
    /// Its parameters, in order.
    pub parameters: Vec<Parameter>,
    /// Which other tools do what callers try with this one.
    pub advice: Vec<Advice>,
    /// Names of parameters that must be given together or not at all.
    pub together: Vec<Vec<String>>,
    /// The request that a call becomes.
    pub request: RequestLine,
    /// What the token must be allowed to do.
    pub scopes: Scopes,
    /// What a caller may assume about its effects.
    pub hints: Hints,
    /// What an answer holds.
    pub reply: Reply,
    /// How its list goes on, when it returns one page of a list.
    pub paging: Option<Paging>,
    /// Members of the request's body that are always the same.
    pub fixed: Map<String, Value>,
    /// What it keeps when no argument sets it, although the provider demands it.
    pub keep: Option<Keep>,
    /// The JSON Schema of what it returns, where that is known.
    pub output_schema: Option<Value>,
    /// Whether it belongs to the published catalogue; the others are extensions.
    pub published: bool,
    /// The operator's file that it was read from; absent for those that are compiled in.
    pub operator_file: Option<String>,
    pub(crate) compiled: Compiled,
}

/// One parameter of a tool.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The type of its value.
    pub kind: Kind,
    /// Whether a call without it is refused.
    pub required: bool,
    /// What it means, for a model.
    pub description: String,
    /// Where its value goes; at least one place.
    pub places: Vec<Place>,
    /// Members, under dotted names, that stand in the body whenever it is given.
    pub with: Map<String, Value>,
    /// What its text looks like, beyond its type.
    pub format: Option<Format>,
    /// Whether its text may be several values with commas between them.
    pub comma_list: bool,
    /// Whether an empty text is a value. Elsewhere it counts as not given.
    pub may_be_empty: bool,
    /// Members of its object, at any depth, whose empty texts are values; `*` stands for all.
    pub empty_members: Vec<String>,
    /// The values that are allowed; empty for any.
    pub allowed: Vec<String>,
    /// Words that are taken for an allowed value.
    pub synonyms: BTreeMap<String, String>,
    /// Orders among the allowed values that the provider does not have.
    pub sorted_here: Option<SortedHere>,
    /// What to try when a list is empty although or because this was given, as whole sentences.
    pub if_nothing: Option<String>,
    /// What the provider assumes when it is absent.
    pub default: Option<Value>,
    /// The smallest number.
    pub minimum: Option<i64>,
    /// The largest number.
    pub maximum: Option<i64>,
    /// The shortest text, in characters.
    pub min_length: Option<u64>,
    /// The longest text, in characters.
    pub max_length: Option<u64>,
    /// The most elements of an array.
    pub max_items: Option<u64>,
    /// A value that shows what is meant.
    pub example: Option<Value>,
}

/// Orders that are made here, within one page of results, because the provider does not have them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SortedHere {
    /// The members by which results can be ordered; with `-` before them the other way round.
    pub members: Vec<String>,
    /// What to say when there are more results than those that were put into order, as whole sentences.
    pub if_more: String,
}

/// The type of a parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// A JSON object, passed on as it is.
    Object,
    /// Several values of one type.
    Array(ItemKind),
}

/// The type of an array's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// Texts.
    String,
    /// Whole numbers.
    Integer,
    /// JSON objects, passed on as they are.
    Object,
}

/// What a text looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A decimal identifier.
    Id,
    /// The place at which a list goes on; the provider's whole link to the next page is accepted too.
    Cursor,
    /// A document; one that is given as a JSON object is sent as its JSON text.
    Document,
    /// A JSON value written as text; the request holds the value. One that is given as JSON is taken too.
    Json,
    /// A file's bytes in base64.
    Base64,
    /// The `handle` of an earlier download: the path below the account's API base that the file is read from.
    Download,
}

/// Where a parameter's value goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Into a variable of the request path.
    Path(String),
    /// Into the query, under this name.
    Query(String, ListStyle),
    /// Into the JSON body, under this dotted name (`version.number`).
    Body(String),
    /// It is the JSON body.
    WholeBody,
    /// Into the multipart form, as this part. `file.filename` and `file.type` tell the name and the media type of the
    /// part `file`.
    Part(String),
    /// Nowhere: callers of the published tool give it, and the provider's operation has no use for it.
    Nowhere,
}

/// How several values of one query parameter are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListStyle {
    /// `id=1&id=2`
    #[default]
    Repeated,
    /// `id=1,2`
    Comma,
}

/// The method and path of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    /// The HTTP method.
    pub method: Method,
    /// The path below the account's API base, segment by segment.
    pub segments: Vec<Segment>,
}

/// One segment of a request path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Stands as it is.
    Literal(String),
    /// Is filled in by the parameter that goes here.
    Variable(String),
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or does.
    Post,
    /// Replaces.
    Put,
    /// Removes.
    Delete,
}

/// What a token must be allowed to do. When both lists are filled, either of them is enough; within a list all
/// are needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scopes {
    /// Granular scopes, such as `read:page:confluence`.
    #[serde(default)]
    pub granular: Vec<String>,
    /// Classic scopes, such as `search:confluence`.
    #[serde(default)]
    pub classic: Vec<String>,
}

/// What a caller may assume about a tool's effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the wire contract has these four, each true or false")]
pub struct Hints {
    /// It changes nothing.
    pub read_only: bool,
    /// It may destroy or overwrite something.
    pub destructive: bool,
    /// Calling it twice does what calling it once does.
    pub idempotent: bool,
    /// It deals with content that others write.
    pub open_world: bool,
}

/// A member of the request body that the provider demands in every update. When no argument sets it, it is read first
/// and sent back, so that an update of a title alone keeps the body.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    /// The member of the request body.
    pub member: String,
    /// The query with which the tool's own path is read.
    pub query: String,
    /// A JSON Pointer (RFC 6901) to what is kept, in the answer to that.
    pub from: String,
}

/// What an answer holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// JSON, passed on as it is.
    #[default]
    Json,
    /// A file, or a redirect to one.
    File,
}

/// How a list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paging {
    /// The answer links to the next page, and the link holds a cursor.
    Cursor,
    /// The answer links to the next page, and the link counts the results before it.
    Start,
}

impl Tool {
    /// The parameter with this name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|it| it.name == name)
    }

    /// The JSON Schema of its arguments.
    pub fn input_schema(&self) -> &Value {
        &self.compiled.input_schema
    }

    /// The definition as callers see it: name, description, input schema and annotations.
    pub fn definition(&self) -> &Map<String, Value> {
        &self.compiled.definition
    }

    /// Whether every word of `query` occurs in its name. Words are separated by spaces or underscores; case does
    /// not matter.
    pub fn mentions(&self, query: &str) -> bool {
        query
            .split([' ', '_'])
            .filter(|word| !word.is_empty())
            .all(|word| self.name.contains(&word.to_ascii_lowercase()))
    }
}

impl Scopes {
    /// The scopes to ask for: the classic ones where there are any, because operations that have both count the
    /// granular ones as an alternative still on trial.
    pub fn preferred(&self) -> &[String] {
        if self.classic.is_empty() { &self.granular } else { &self.classic }
    }
}

impl Method {
    /// Its name, as it stands in a request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// Whether requests with it have a body.
    pub const fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Put)
    }
}

impl RequestLine {
    /// The path with its variables in braces, such as `/wiki/api/v2/pages/{id}`.
    pub fn template(&self) -> String {
        let text = |segment: &Segment| match segment {
            Segment::Literal(text) => format!("/{text}"),
            Segment::Variable(name) => format!("/{{{name}}}"),
        };
        self.segments.iter().map(text).collect()
    }
}

impl Kind {
    /// The name that JSON Schema has for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Object => "object",
            Self::Array(_) => "array",
        }
    }
}

impl ItemKind {
    /// The name that JSON Schema has for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Object => "object",
        }
    }
}
