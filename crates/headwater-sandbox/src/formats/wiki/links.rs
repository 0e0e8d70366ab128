//! Links in square brackets, pictures between exclamation marks, and bare addresses.

use super::{attribute, cdata, escape};

/// Converts the inside of `[...]`: a target, maybe with words before it.
pub(super) fn link(inside: &str) -> Option<String> {
    if inside.trim().is_empty() || inside.contains('\n') || inside.starts_with(char::is_whitespace) {
        return None;
    }
    let mut parts = inside.split('|');
    let first = parts.next()?.trim();
    // After a second bar comes a tip, which storage format does not have.
    let (words, target) = match parts.next() {
        Some(target) => (Some(first), target.trim()),
        None => (None, first),
    };
    if is_address(target) {
        let words = words.unwrap_or_else(|| target.strip_prefix("mailto:").unwrap_or(target));
        return Some(format!("<a href=\"{}\">{}</a>", escape(target), escape(words)));
    }
    Some(resource(target, words))
}

/// Converts a link to something in Confluence.
fn resource(target: &str, words: Option<&str>) -> String {
    let body =
        words.map(|words| format!("<ac:plain-text-link-body>{}</ac:plain-text-link-body>", cdata(words)));
    let body = body.unwrap_or_default();
    if let Some(person) = target.strip_prefix('~') {
        let id = person.strip_prefix("accountid:").unwrap_or(person);
        return format!("<ac:link><ri:user ri:account-id=\"{}\" />{body}</ac:link>", escape(id));
    }
    if let Some(file) = target.strip_prefix('^') {
        return format!("<ac:link><ri:attachment ri:filename=\"{}\" />{body}</ac:link>", escape(file));
    }
    let (page, anchor) = target.split_once('#').unwrap_or((target, ""));
    let anchor = match anchor {
        "" => String::new(),
        anchor => format!(" ac:anchor=\"{}\"", escape(anchor)),
    };
    if page.is_empty() {
        return format!("<ac:link{anchor}>{body}</ac:link>");
    }
    let is_key = |key: &str| !key.is_empty() && key.chars().all(|it| it.is_ascii_alphanumeric() || it == '~');
    let (space, title) = match page.split_once(':') {
        Some((key, title)) if is_key(key) && !title.trim().is_empty() => {
            (format!(" ri:space-key=\"{}\"", escape(key)), title.trim())
        }
        _ => (String::new(), page),
    };
    format!("<ac:link{anchor}><ri:page ri:content-title=\"{}\"{space} />{body}</ac:link>", escape(title))
}

/// Converts the inside of `!...!`: an address or a file name, maybe with properties.
pub(super) fn picture(inside: &str) -> Option<String> {
    let (target, options) = inside.split_once('|').unwrap_or((inside, ""));
    let is_file = target.rsplit_once('.').is_some_and(|(name, kind)| {
        !name.is_empty() && (2..=5).contains(&kind.len()) && kind.chars().all(char::is_alphanumeric)
    });
    if target.contains(['\n', '!']) || target != target.trim() || !(is_address(target) || is_file) {
        return None;
    }
    let mut attributes = String::new();
    for option in options.split([',', '|']) {
        let (key, value) = option.split_once('=').unwrap_or((option, "true"));
        if ["alt", "width", "height", "title", "align", "border", "thumbnail"].contains(&key.trim()) {
            let value = value.trim().trim_matches('"');
            attributes.push_str(&attribute(&format!("ac:{}", key.trim()), value));
        }
    }
    let resource = if is_address(target) {
        format!("<ri:url ri:value=\"{}\" />", escape(target))
    } else {
        format!("<ri:attachment ri:filename=\"{}\" />", escape(target))
    };
    Some(format!("<ac:image{attributes}>{resource}</ac:image>"))
}

/// Reads the address that a text begins with, without the punctuation that ends a sentence.
pub(super) fn bare(text: &str) -> Option<&str> {
    if !text.starts_with("http://") && !text.starts_with("https://") {
        return None;
    }
    let is_end = |letter: char| letter.is_whitespace() || "|]}<>\"".contains(letter);
    let address = text.get(..text.find(is_end).unwrap_or(text.len()))?;
    let address = address.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
    (!address.ends_with('/') || address.len() > "https://".len()).then_some(address)
}

fn is_address(text: &str) -> bool {
    ["http://", "https://", "mailto:", "ftp://", "file://", "//"].iter().any(|begin| text.starts_with(begin))
}
