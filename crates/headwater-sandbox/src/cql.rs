//! Confluence Query Language: from the text of a query to what it says, and back. `search` carries queries out.

pub(crate) mod ast;
pub(crate) mod date;
pub(crate) mod error;
mod lexer;
mod parser;

#[cfg(test)]
mod tests;

pub(crate) use parser::parse;

/// Returns the normal form of a query, or nothing when the text is no query.
#[cfg(feature = "fuzzing")]
pub(crate) fn normal_form(text: &str) -> Option<String> {
    parse(text).ok().map(|query| query.to_string())
}
