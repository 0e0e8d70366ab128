//! Blocks: headings, rules, quotes, lists, tables and paragraphs.

use super::{inline, lists, tables, wrap};

/// Converts text without macros that have a body.
pub(super) fn convert(text: &str) -> String {
    let mut storage = String::new();
    let mut lines = text.lines().peekable();
    let mut paragraph: Vec<&str> = Vec::new();
    while let Some(line) = lines.next() {
        let begins = line.trim_start();
        if let Some(block) = single(begins) {
            end_paragraph(&mut paragraph, &mut storage);
            storage.push_str(&block);
        } else if lists::marker(begins).is_some() {
            end_paragraph(&mut paragraph, &mut storage);
            let mut items = vec![begins];
            while let Some(next) = lines.next_if(|next| lists::marker(next.trim_start()).is_some()) {
                items.push(next.trim_start());
            }
            storage.push_str(&lists::convert(&items));
        } else if begins.starts_with('|') {
            end_paragraph(&mut paragraph, &mut storage);
            let mut rows = vec![begins];
            while let Some(next) = lines.next_if(|next| next.trim_start().starts_with('|')) {
                rows.push(next.trim_start());
            }
            storage.push_str(&tables::convert(&rows));
        } else if begins.is_empty() {
            end_paragraph(&mut paragraph, &mut storage);
        } else {
            paragraph.push(line.trim());
        }
    }
    end_paragraph(&mut paragraph, &mut storage);
    storage
}

/// Converts a block of one line.
fn single(line: &str) -> Option<String> {
    if line.len() >= 4 && line.trim_end().chars().all(|letter| letter == '-') && line.starts_with("----") {
        return Some("<hr />".to_owned());
    }
    if let Some(quote) = line.strip_prefix("bq. ") {
        return Some(format!("<blockquote><p>{}</p></blockquote>", inline::convert(quote.trim())));
    }
    let level = line.strip_prefix('h')?.chars().next().filter(|level| ('1'..='6').contains(level))?;
    let title = line.get(2..)?.strip_prefix('.')?;
    let title = title.strip_prefix(' ').or_else(|| title.is_empty().then_some(""))?;
    Some(format!("<h{level}>{}</h{level}>", inline::convert(title.trim())))
}

/// Ends a paragraph; its lines stay separate lines.
fn end_paragraph(lines: &mut Vec<&str>, storage: &mut String) {
    if lines.is_empty() {
        return;
    }
    let text = std::mem::take(lines).join("\n");
    storage.push_str(&wrap("p", &inline::convert(&text)));
}
