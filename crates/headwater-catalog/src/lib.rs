//! The tool engine: reads tool files, checks arguments, plans requests, shapes replies. Pure.
//!
//! A tool is data ([`definition`], read by [`mod@file`]). A call of it walks one way: [`arguments`] checks what the
//! caller gave, [`plan`] turns it into a request (with a [`form`] where files are sent), and the provider's answer
//! becomes a [`reply`] (which [`finish`] completes), a [`download`] or a [`failure`].
//! What differs between providers stands behind [`connector`].

pub mod arguments;
mod base64_text;
pub mod catalogue;
pub mod connector;
pub mod definition;
pub mod download;
pub mod failure;
pub mod file;
pub mod finish;
pub mod form;
pub mod names;
pub mod paging;
pub mod plan;
pub mod reply;
pub mod scopes;
pub mod search;
#[cfg(test)]
mod test_tools;
