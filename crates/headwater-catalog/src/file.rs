//! Tool files: one TOML file per family of tools, read into [`Tool`]s and checked.
//!
//! ```toml
//! [[tool]]
//! name = "confluence_page_get"
//! title = "Get a page"
//! description = "…"
//! request = "GET /wiki/api/v2/pages/{id}"
//! scopes = { granular = ["read:page:confluence"] }
//! hints = { read_only = true, destructive = false, idempotent = true, open_world = true }
//!
//! [[tool.parameter]]
//! name = "id"
//! type = "string"
//! format = "id"
//! required = true
//! path = "id"
//! description = "…"
//! ```
//!
//! `fixed` members stand in every body; a parameter with `body = "*"` is the whole body, one with `with` brings further
//! members along, and one that is `unsent` is taken and not passed on. Parameters with a `part` make the request a
//! multipart form; `intents` are what people say who want it, for the search only; `reply = "file"` says that the answer is a file, or a redirect to one.
//!
//! An empty text counts as not given, unless the parameter says `may_be_empty`; so do members of objects, unless
//! `empty_members` names them. `synonyms` are taken for one of the `allowed` values; `sorted_here` are orders that the
//! provider does not have; `if_nothing` is said when a list comes back empty. `[[tool.advice]]` names other tools that do
//! what callers try with this one ([`crate::definition::Advice`]).
//!
//! ```toml
//! [[tool.advice]]
//! refusal = ["must be in the same space"]
//! say = "confluence_page_move moves a page to another space"
//! ```

mod check;
mod shape;

use std::fmt;
use std::ops::Range;

use crate::definition::schema::{Compiled, Face};
use crate::definition::{Hints, Tool};

use shape::{ToolFile, ToolShape};

/// A tool file that cannot be used: where, what is wrong, and what to do about it.
#[derive(Debug)]
pub struct LoadError {
    file: String,
    line: Option<usize>,
    tool: Option<String>,
    problem: String,
    remedy: String,
}

impl std::error::Error for LoadError {}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(formatter, ":{line}")?;
        }
        if let Some(tool) = &self.tool {
            write!(formatter, ": tool `{tool}`")?;
        }
        write!(formatter, ": {}; {}", self.problem, self.remedy)
    }
}

impl LoadError {
    /// A tool of an operator's file has the name of another tool.
    pub(crate) fn taken(file: &str, text: &str, name: &str, holder: &str) -> Self {
        let place = text.find(&format!("\"{name}\""));
        Self {
            file: file.to_owned(),
            line: place.map(|place| line(text, place)),
            tool: Some(name.to_owned()),
            problem: format!("the name is taken by a tool of {holder}"),
            remedy: "choose another name; a tool cannot be replaced".to_owned(),
        }
    }

    /// Two tools with one name, perhaps of different files.
    pub(crate) fn duplicate(name: &str) -> Self {
        Self {
            file: "the tool files".to_owned(),
            line: None,
            tool: Some(name.to_owned()),
            problem: "the name is used by two tools".to_owned(),
            remedy: "rename one of them".to_owned(),
        }
    }
}

/// A tool file of the operator.
#[derive(Clone, Debug)]
pub struct OperatorFile {
    /// Its name, for errors and listings.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// Something wrong with one tool.
#[derive(Debug)]
struct Problem {
    /// Where in the file, when it is narrower than the tool.
    span: Option<Range<usize>>,
    what: String,
    remedy: String,
}

impl Problem {
    fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { span: None, what: what.into(), remedy: remedy.into() }
    }

    fn at(mut self, span: Range<usize>) -> Self {
        self.span.get_or_insert(span);
        self
    }
}

/// Reads the tools of one file. `file` is its name, for errors.
pub fn read(file: &str, text: &str) -> Result<Vec<Tool>, LoadError> {
    let parsed: ToolFile = toml::from_str(text).map_err(|error| LoadError {
        file: file.to_owned(),
        line: error.span().map(|span| line(text, span.start)),
        tool: None,
        problem: error.message().trim().replace('\n', ", "),
        remedy: "correct the TOML or the spelling of the key".to_owned(),
    })?;
    parsed.tool.into_iter().map(|shape| named(file, text, shape)).collect()
}

fn named(file: &str, text: &str, shape: ToolShape) -> Result<Tool, LoadError> {
    let (name, whole) = (shape.name.get_ref().clone(), shape.name.span());
    build(shape).map_err(|problem| LoadError {
        file: file.to_owned(),
        line: Some(line(text, problem.span.unwrap_or(whole).start)),
        tool: Some(name),
        problem: problem.what,
        remedy: problem.remedy,
    })
}

fn build(shape: ToolShape) -> Result<Tool, Problem> {
    let request = shape::request_line(&shape.request)?;
    let hints: Hints = shape.hints;
    let parameters = shape.parameter.into_iter().map(shape::parameter).collect::<Result<Vec<_>, _>>()?;
    let (name, title, description) = (shape.name.into_inner(), shape.title, shape.description);
    let face = Face { name: &name, title: &title, description: &description, parameters: &parameters, hints };
    let compiled = Compiled::new(&face).map_err(|reason| {
        Problem::new(format!("its schema is not valid: {reason}"), "correct its parameters")
    })?;
    let tool = Tool {
        name,
        title,
        description,
        parameters,
        intents: shape.intents,
        advice: shape.advice,
        together: shape.together,
        request,
        scopes: shape.scopes,
        hints,
        reply: shape.reply,
        paging: shape.paging,
        fixed: shape.fixed,
        keep: shape.keep,
        output_schema: None,
        published: shape.published,
        operator_file: None,
        compiled,
    };
    check::tool(&tool)?;
    Ok(tool)
}

/// The line, counted from 1, that holds the byte at `offset`.
fn line(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests;
