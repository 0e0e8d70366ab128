//! The tokens of a query.

use super::error::CqlError;

/// A token of a query and its offset, in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) offset: usize,
}

/// The kinds of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A word without quotes: a field, a keyword, a plain value.
    Word(String),
    /// A text in quotes, its escapes resolved.
    Quoted(String),
    /// `=`, `!=`, `<`, `<=`, `>`, `>=`, `~`, `!~`
    Operator(&'static str),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
}

/// Splits a query into tokens.
pub(crate) fn lex(text: &str) -> Result<Vec<Token>, CqlError> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut place = 0;
    while let Some(&character) = characters.get(place) {
        let rest = characters.get(place..).unwrap_or_default();
        let (kind, length) = match character {
            character if character.is_whitespace() => {
                place += 1;
                continue;
            }
            '(' => (TokenKind::Open, 1),
            ')' => (TokenKind::Close, 1),
            ',' => (TokenKind::Comma, 1),
            '"' | '\'' => quoted(rest).ok_or_else(|| syntax(text, place, "a closing quote"))?,
            _ => operator(rest)
                .or_else(|| word(rest))
                .ok_or_else(|| syntax(text, place, "a word, a value in quotes or an operator"))?,
        };
        tokens.push(Token { kind, offset: place });
        place += length;
    }
    Ok(tokens)
}

fn syntax(text: &str, offset: usize, expected: &'static str) -> CqlError {
    CqlError::Syntax { text: text.to_owned(), offset, expected }
}

fn quoted(rest: &[char]) -> Option<(TokenKind, usize)> {
    let quote = *rest.first()?;
    let mut value = String::new();
    let mut place = 1;
    loop {
        match *rest.get(place)? {
            '\\' => {
                value.push(*rest.get(place + 1)?);
                place += 2;
            }
            character if character == quote => return Some((TokenKind::Quoted(value), place + 1)),
            character => {
                value.push(character);
                place += 1;
            }
        }
    }
}

fn operator(rest: &[char]) -> Option<(TokenKind, usize)> {
    const OPERATORS: [&str; 8] = ["!=", "!~", ">=", "<=", "=", ">", "<", "~"];
    let found = OPERATORS
        .into_iter()
        .find(|operator| operator.chars().eq(rest.iter().copied().take(operator.len())))?;
    Some((TokenKind::Operator(found), found.len()))
}

/// Reads a word, which ends at white space, brackets, commas, quotes and operators.
fn word(rest: &[char]) -> Option<(TokenKind, usize)> {
    let ends = |character: &char| character.is_whitespace() || "()\",'=!<>~".contains(*character);
    let word: String = rest.iter().take_while(|character| !ends(character)).collect();
    let length = word.chars().count();
    (length > 0).then_some((TokenKind::Word(word), length))
}
