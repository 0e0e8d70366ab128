//! Wiki markup, read into storage format: headings, lists, tables, quotes, macros, links and the marks of a line. What
//! is no markup means itself, so every text can be read.

mod blocks;
mod inline;
mod links;
mod lists;
mod macros;
mod tables;

#[cfg(test)]
mod tests;

/// Converts wiki markup to storage format.
pub(crate) fn to_storage(wiki: &str) -> String {
    macros::convert(&wiki.replace("\r\n", "\n").replace('\r', "\n"))
}

/// Escapes text for elements and attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Writes an element around its content.
fn wrap(name: &str, inside: &str) -> String {
    format!("<{name}>{inside}</{name}>")
}

/// Writes an attribute with a space before it.
fn attribute(name: &str, value: &str) -> String {
    format!(" {name}=\"{}\"", escape(value))
}

/// Writes text as a CDATA section.
fn cdata(text: &str) -> String {
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}
