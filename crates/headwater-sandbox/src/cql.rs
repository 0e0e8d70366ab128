//! Confluence Query Language: reading a query, and finding what it asks for.

mod ast;
mod compile;
mod cursor;
mod date;
mod error;
mod lexer;
mod parser;
mod response;
mod search;
mod text;

#[cfg(test)]
mod tests;

pub(crate) use response::envelope;
pub(crate) use search::{Search, SearchError, search};
pub(crate) use text::escape;
