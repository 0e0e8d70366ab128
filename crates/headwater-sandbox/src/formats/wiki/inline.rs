//! Inline markup: marks, links, pictures, small macros and signs.

use super::{escape, links, macros};

/// The greatest depth of nested marks.
const DEEPEST: usize = 20;

/// The distance within which the end of a mark is looked for.
const FARTHEST: usize = 2000;

/// The signs around marked text, and the elements that mark it.
const MARKS: &[(&str, &str)] =
    &[("??", "cite"), ("*", "strong"), ("_", "em"), ("-", "del"), ("+", "u"), ("^", "sup"), ("~", "sub")];

/// The emoticons: text and name.
const EMOTICONS: &[(&str, &str)] = &[
    ("(/)", "tick"),
    ("(x)", "cross"),
    ("(!)", "warning"),
    ("(?)", "question"),
    ("(i)", "information"),
    ("(+)", "plus"),
    ("(-)", "minus"),
    ("(y)", "thumbs-up"),
    ("(n)", "thumbs-down"),
    ("(*)", "yellow-star"),
    (":)", "smile"),
    (":(", "sad"),
    (":D", "laugh"),
    (";)", "wink"),
];

/// The macros without a body.
const SMALL_MACROS: &[&str] =
    &["status", "toc", "anchor", "children", "recently-updated", "pagetree", "jira"];

/// Converts a text that may have line breaks.
pub(super) fn convert(text: &str) -> String {
    at_depth(text, 0)
}

fn at_depth(text: &str, depth: usize) -> String {
    let mut storage = String::new();
    let mut before: Option<char> = None;
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let (written, used) = piece(rest, before, depth)
            .unwrap_or_else(|| (escape(letter.encode_utf8(&mut [0; 4])), letter.len_utf8()));
        storage.push_str(&written);
        let (done, after) = rest.split_at_checked(used).unwrap_or((rest, ""));
        before = done.chars().next_back();
        rest = after;
    }
    storage
}

/// Reads the markup that a text begins with: as storage format, and the number of bytes it takes.
fn piece(text: &str, before: Option<char>, depth: usize) -> Option<(String, usize)> {
    let first = text.chars().next()?;
    let in_word = before.is_some_and(char::is_alphanumeric);
    match first {
        '\n' => Some(("<br />".to_owned(), 1)),
        '\\' => backslash(text),
        '{' => braces(text, depth),
        '[' => {
            let end = near(text, ']')?;
            Some((links::link(text.get(1..end)?)?, end + 1))
        }
        '!' if !in_word => {
            let end = near(text.get(1..)?, '!')? + 1;
            Some((links::picture(text.get(1..end)?)?, end + 1))
        }
        'h' if !in_word => {
            let address = links::bare(text)?;
            let shown = escape(address);
            Some((format!("<a href=\"{shown}\">{shown}</a>"), address.len()))
        }
        '(' | ':' | ';' if !in_word => emoticon(text),
        '-' if text.starts_with("--") => dash(text, before),
        _ if !in_word && depth < DEEPEST => mark(text, depth),
        _ => None,
    }
}

/// Converts backslashes: two break the line; one escapes the sign behind it.
fn backslash(text: &str) -> Option<(String, usize)> {
    let behind = text.get(1..)?.chars().next()?;
    match behind {
        '\\' => Some(("<br />".to_owned(), 2)),
        sign if sign.is_ascii_punctuation() => Some((escape(&sign.to_string()), 2)),
        _ => None,
    }
}

/// Converts `{{code}}`, `{color:red}text{color}`, and macros without a body.
fn braces(text: &str, depth: usize) -> Option<(String, usize)> {
    if let Some(behind) = text.strip_prefix("{{") {
        let end = behind.find("}}").filter(|end| (1..=FARTHEST).contains(end))?;
        return Some((format!("<code>{}</code>", escape(behind.get(..end)?)), end + 4));
    }
    let end = near(text, '}')?;
    let inside = text.get(1..end)?;
    let (name, parameters) = inside.split_once(':').unwrap_or((inside, ""));
    if name == "color" && depth < DEEPEST {
        let behind = text.get(end + 1..)?;
        let close = behind.find("{color}")?;
        let is_color = |letter: char| letter.is_ascii_alphanumeric() || "#(),.% ".contains(letter);
        let marked = at_depth(behind.get(..close)?, depth + 1);
        let used = end + 1 + close + "{color}".len();
        return (!parameters.is_empty() && parameters.chars().all(is_color))
            .then(|| (format!("<span style=\"color: {parameters};\">{marked}</span>"), used));
    }
    let unnamed = if name == "anchor" { "" } else { "title" };
    SMALL_MACROS.contains(&name).then(|| (macros::open(name, parameters, unnamed, ""), end + 1))
}

/// Converts marked text: the signs are at the edges of words, and the text between them does not begin or end with
/// a space.
fn mark(text: &str, depth: usize) -> Option<(String, usize)> {
    let (sign, name) = MARKS.iter().find(|(sign, _)| text.starts_with(sign))?;
    let behind = text.get(sign.len()..)?;
    if behind.starts_with(char::is_whitespace) || behind.starts_with(sign) {
        return None;
    }
    let end = end_of_mark(behind, sign)?;
    let inside = at_depth(behind.get(..end)?, depth + 1);
    Some((format!("<{name}>{inside}</{name}>"), end + 2 * sign.len()))
}

fn end_of_mark(text: &str, sign: &str) -> Option<usize> {
    let ends = text.match_indices(sign).take_while(|(place, _)| *place <= FARTHEST);
    ends.map(|(place, _)| place).find(|place| {
        let inside = text.get(..*place).unwrap_or_default();
        let after = text.get(place + sign.len()..).unwrap_or_default();
        let closes = inside.chars().next_back().is_some_and(|it| !it.is_whitespace() && it != '\\');
        closes && !inside.contains("\n\n") && !after.starts_with(char::is_alphanumeric)
    })
}

/// Converts dashes between spaces: two are short, three are long.
fn dash(text: &str, before: Option<char>) -> Option<(String, usize)> {
    let length = text.chars().take_while(|letter| *letter == '-').count();
    let after = text.get(length..)?.chars().next();
    let is_free = |letter: Option<char>| letter.is_none_or(char::is_whitespace);
    match length {
        2 if is_free(before) && is_free(after) => Some(("\u{2013}".to_owned(), 2)),
        3 if is_free(before) && is_free(after) => Some(("\u{2014}".to_owned(), 3)),
        _ => None,
    }
}

fn emoticon(text: &str) -> Option<(String, usize)> {
    let (sign, name) = EMOTICONS.iter().find(|(sign, _)| text.starts_with(sign))?;
    let after = text.get(sign.len()..)?.chars().next();
    after
        .is_none_or(|after| !after.is_alphanumeric() && after != '/')
        .then(|| (format!("<ac:emoticon ac:name=\"{name}\" />"), sign.len()))
}

/// Finds the next place of a sign, if it is not far.
fn near(text: &str, sign: char) -> Option<usize> {
    text.find(sign).filter(|place| *place <= FARTHEST)
}
