//! Lists of text, which the environment can only write with commas.

use std::fmt;

use serde::Deserializer;
use serde::de::{SeqAccess, Visitor};

/// Reads a list of text, or one text with commas in it. Blank entries are left out.
pub fn text_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    deserializer.deserialize_any(TextList)
}

struct TextList;

impl<'de> Visitor<'de> for TextList {
    type Value = Vec<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Vec<String>, E> {
        Ok(text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<String>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = sequence.next_element::<String>()? {
            entries.push(entry.trim().to_owned());
        }
        entries.retain(|entry| !entry.is_empty());
        Ok(entries)
    }
}
