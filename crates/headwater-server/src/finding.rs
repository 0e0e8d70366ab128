//! What an examination of the server found.

/// One thing that was looked at.
#[derive(Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is as it should be.
    Good(String),
    /// It works, but the operator should know.
    Note(String),
    /// It must be mended.
    Wrong(String),
}
