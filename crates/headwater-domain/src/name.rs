//! Names chosen by people: of connections and of end users.

use std::fmt;
use std::sync::Arc;

use unicode_normalization::is_nfc;

/// A name that cannot be used, and why.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{what} {problem}")]
pub struct InvalidName {
    what: &'static str,
    problem: String,
}

/// The name of a connection, chosen by the operator (`confluence`, `wiki-eu`). The wire contract calls it
/// `key_id` or `connector`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionName(Arc<str>);

impl ConnectionName {
    /// The longest connection name, in characters.
    pub const MAX_LENGTH: usize = 300;

    /// Reads a name: ASCII letters, digits, `_`, `:`, `-` and inner spaces, 1 to 300 characters.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let problem = if text.is_empty() {
            "must not be empty"
        } else if text.len() > Self::MAX_LENGTH {
            "must not be longer than 300 characters"
        } else if text.trim() != text {
            "must not begin or end with a space"
        } else if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_: -".contains(&byte)) {
            "may only hold ASCII letters, digits, `_`, `:`, `-` and spaces"
        } else {
            return Ok(Self(text.into()));
        };
        Err(InvalidName { what: "the connection name", problem: problem.to_owned() })
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name an application gives to one of its end users. Compared byte for byte.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identifier(Arc<str>);

impl Identifier {
    /// The longest identifier, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// Reads an identifier. Look-alikes that would name two accounts for one person are refused: control and
    /// invisible characters, surrounding white space, and text that is not in Unicode normal form C.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let problem = if text.is_empty() {
            "must not be empty"
        } else if text.len() > Self::MAX_BYTES {
            "must not be longer than 255 bytes"
        } else if text.trim() != text {
            "must not begin or end with white space"
        } else if text.chars().any(hidden) {
            "must not hold control or invisible characters"
        } else if !is_nfc(text) {
            "must be in Unicode normal form C (NFC)"
        } else {
            return Ok(Self(text.into()));
        };
        Err(InvalidName { what: "the identifier", problem: problem.to_owned() })
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Characters that a person cannot see: controls, and those that Unicode calls default-ignorable (format marks,
/// fillers, selectors of variants, tags), with the marks of annotations.
fn hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
        )
}

macro_rules! text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{:?}", &*self.0)
            }
        }
    };
}

text!(ConnectionName);
text!(Identifier);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d1_identifiers_that_look_alike_are_refused() {
        for text in [
            "",
            " a",
            "a\u{a0}",
            "a\u{3000}",
            "cafe\u{301}",
            "\u{212b}",
            &"x".repeat(256),
            &"x".repeat(10_240),
        ] {
            assert!(Identifier::parse(text).is_err(), "{text:?}");
        }
        let invisible = "\0\t\n\u{7f}\u{85}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{180e}\u{200b}\u{200d}\u{200f}\u{2028}\
                         \u{202e}\u{2060}\u{2066}\u{206f}\u{3164}\u{fe0f}\u{feff}\u{ffa0}\u{fff9}\u{1d173}\u{e0041}\u{e0100}";
        for mark in invisible.chars() {
            for text in [format!("{mark}ann"), format!("an{mark}n"), format!("ann{mark}")] {
                assert!(Identifier::parse(&text).is_err(), "{text:?}");
            }
        }
        for text in ["user_123", "café", "user@example.com", "用户", "a b"] {
            assert_eq!(Identifier::parse(text).map(|it| it.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn d1_connection_names_follow_the_contract() {
        for text in ["confluence", "notion-arffP5Ff", "My Wiki: EU_1"] {
            assert!(ConnectionName::parse(text).is_ok(), "{text}");
        }
        for text in ["", " x", "a/b", "wikí", "a\nb"] {
            assert!(ConnectionName::parse(text).is_err(), "{text:?}");
        }
    }
}
