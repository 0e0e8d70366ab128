//! What fuzzers call; `cargo +nightly fuzz run cql` in `crates/headwater-sandbox`.

use crate::{cql, render, wiki};

/// The normal form of a query; nothing for what is none.
pub fn normalise(text: &str) -> Option<String> {
    cql::normal_form(text)
}

/// Reads a body as storage format and as wiki markup, and shows it.
pub fn render(text: &str) {
    drop(render::check_storage(text));
    drop(render::view_html(text, &render::References::default()));
    drop(render::plain_text(text));
    drop(wiki::to_storage(text));
}
