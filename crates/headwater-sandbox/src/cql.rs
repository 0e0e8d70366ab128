//! Confluence Query Language: reading a query, and finding what it asks for.

mod ast;
mod compile;
mod cursor;
mod date;
mod error;
mod excerpt;
mod lexer;
mod lexicon;
mod page;
mod parser;
mod people;
mod resolve;
mod response;
mod search;
mod text;

#[cfg(test)]
mod tests;

pub(crate) use excerpt::Excerpt;
pub(crate) use people::find_people;
pub(crate) use response::{content, envelope, links};
pub(crate) use search::{Found, Hit, Search, SearchError, search};
pub(crate) use text::escape;

/// The normal form of a query; nothing for what is none.
#[cfg(feature = "fuzzing")]
pub(crate) fn normal_form(text: &str) -> Option<String> {
    parser::parse(text).ok().map(|query| query.to_string())
}
