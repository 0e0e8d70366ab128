//! Full-text terms: from what a user wrote to what the index understands.

/// Turns a text operand into a match expression of the index: every term must occur, a part in quotes is a phrase,
/// a star at the end finds beginnings. Every term is quoted, so that nothing a user writes is an operator. Nothing
/// when there is no term.
pub(crate) fn match_expression(text: &str) -> Option<String> {
    let mut terms = Vec::new();
    for (place, part) in text.split('"').enumerate() {
        if place % 2 == 1 {
            terms.extend(term(part));
        } else {
            terms.extend(part.split_whitespace().filter_map(term));
        }
    }
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

fn term(text: &str) -> Option<String> {
    let (text, star) = text.strip_suffix('*').map_or((text, ""), |stem| (stem, "*"));
    let text = text.trim_end_matches(['~', '?']);
    let has_letters = text.chars().any(char::is_alphanumeric);
    has_letters.then(|| format!("\"{}\"{star}", text.replace('"', " ")))
}

/// Escapes text for HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
