//! Entry points for fuzzers; `cargo +nightly fuzz run cql` in `crates/headwater-sandbox`.

use crate::cql;
use crate::formats::{storage_format, wiki};

/// Returns the normal form of a query, or nothing when the text is no query.
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
