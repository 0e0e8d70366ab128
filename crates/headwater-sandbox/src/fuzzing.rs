//! What fuzzers call; `cargo +nightly fuzz run cql` in `crates/headwater-sandbox`.

use crate::cql;
use crate::formats::{storage_format, wiki};

/// The normal form of a query; nothing for what is none.
pub fn normalise(text: &str) -> Option<String> {
    cql::normal_form(text)
}

/// Reads a body as storage format and as wiki markup, and shows it.
pub fn render(text: &str) {
    drop(storage_format::check_storage(text));
    drop(storage_format::view_html(text, &storage_format::References::default()));
    drop(storage_format::plain_text(text));
    drop(wiki::to_storage(text));
}
