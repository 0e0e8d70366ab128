//! Full-text terms, translated to expressions of the index.

use super::lexicon::{Lexicon, Pattern};

/// Turns a text operand into a match expression of the index: every term must occur, a part in quotes is a phrase,
/// a star at the end finds beginnings, and other patterns are any of the words that they stand for. Every term is
/// quoted, so that nothing a user writes is an operator. Nothing when there is no term, or one that nothing can match.
pub(crate) fn match_expression(text: &str, lexicon: &Lexicon) -> Option<String> {
    let mut terms = Vec::new();
    for (place, part) in text.split('"').enumerate() {
        if place % 2 == 1 {
            terms.extend(has_letters(part).then(|| quoted(part)));
            continue;
        }
        for term in part.split_whitespace().filter(|it| has_letters(it)) {
            terms.push(self::term(term, lexicon)?);
        }
    }
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

fn term(term: &str, lexicon: &Lexicon) -> Option<String> {
    match Pattern::read(term) {
        Pattern::Word(word) => Some(quoted(word)),
        Pattern::Beginning(word) => Some(format!("{}*", quoted(word))),
        Pattern::Wildcard(_) | Pattern::Fuzzy(..) => {
            let words: Vec<String> = lexicon.words(term).iter().map(|it| quoted(it)).collect();
            (!words.is_empty()).then(|| format!("({})", words.join(" OR ")))
        }
    }
}

fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', " "))
}

/// Returns the plain words of a text in lower case, for what is not in the index.
pub(crate) fn plain_words(text: &str) -> Vec<String> {
    let words = text.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty());
    words.map(str::to_lowercase).collect()
}
