//! Ranges of characters to black out: a JSON pointer to a text in the document, and a range of UTF-16 units in it.

use serde_json::{Value, json};

use crate::request::Refusal;
use crate::request::v2_error::invalid_body;

/// The character that replaces each redacted one.
const BLACK: u16 = 0x2588;

/// A range of one text. Without a range it is the whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pointer {
    pointer: String,
    from: Option<usize>,
    to: Option<usize>,
    reason: Option<String>,
}

impl Pointer {
    pub(super) fn read(entry: &Value) -> Result<Self, Refusal> {
        let number = |name: &str| match entry.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value
                .as_u64()
                .and_then(|number| usize::try_from(number).ok())
                .map(Some)
                .ok_or_else(|| invalid_body(format!("{name}: must be a number that is not negative"))),
        };
        let pointer = entry.get("pointer").and_then(Value::as_str);
        Ok(Self {
            pointer: pointer.ok_or_else(|| invalid_body("pointer: must not be null"))?.to_owned(),
            from: number("from")?,
            to: number("to")?,
            reason: entry.get("reason").and_then(Value::as_str).map(str::to_owned),
        })
    }

    /// Blacks out the range in a document; returns what was there.
    pub(super) fn apply(&self, document: &mut Value) -> Result<String, Refusal> {
        let found = document.pointer_mut(&self.pointer).ok_or_else(|| self.invalid("leads nowhere"))?;
        self.cut(found)
    }

    /// Blacks out a range in a title. It is one text, so the pointer may name it or be empty.
    pub(super) fn apply_to_title(&self, title: &mut Value) -> Result<String, Refusal> {
        match self.pointer.as_str() {
            "" | "/" | "/title" => self.cut(title),
            _ => Err(self.invalid("leads nowhere")),
        }
    }

    /// Blacks out the range in `found`, which is the text or the text node that holds it.
    fn cut(&self, found: &mut Value) -> Result<String, Refusal> {
        let text = if found.is_object() { found.get_mut("text") } else { Some(found) };
        let Some(Value::String(text)) = text else { return Err(self.invalid("does not lead to text")) };
        let mut units: Vec<u16> = text.encode_utf16().collect();
        let range = self.from.unwrap_or(0)..self.to.unwrap_or(units.len());
        let black = units.get_mut(range).ok_or_else(|| self.invalid("has a range outside of the text"))?;
        let removed = String::from_utf16_lossy(black);
        black.fill(BLACK);
        *text = String::from_utf16_lossy(&units);
        Ok(removed)
    }

    fn invalid(&self, problem: &str) -> Refusal {
        invalid_body(format!("The JSON pointer '{}' {problem}", self.pointer))
    }

    /// Returns whether this is inside, or the same as, another range of the same text.
    fn is_within(&self, other: &Self) -> bool {
        let (from, to) = (self.from.unwrap_or(0), self.to.unwrap_or(usize::MAX));
        let (other_from, other_to) = (other.from.unwrap_or(0), other.to.unwrap_or(usize::MAX));
        self.pointer == other.pointer && from >= other_from && to <= other_to
    }
}

/// Shows the redactions, each with an id. Ranges inside others belong to the same redaction.
pub(super) fn show(pointers: &[Pointer], mut new_id: impl FnMut() -> String) -> Vec<Value> {
    let mut kept: Vec<(&Pointer, String)> = Vec::new();
    for (place, pointer) in pointers.iter().enumerate() {
        let swallowed = pointers.iter().enumerate().any(|(other_place, other)| {
            let is_same = other.is_within(pointer);
            place != other_place && pointer.is_within(other) && (!is_same || other_place < place)
        });
        if !swallowed {
            kept.push((pointer, new_id()));
        }
    }
    kept.iter()
        .map(|(pointer, id)| {
            let mut shown = json!({ "pointer": pointer.pointer, "redactionId": id });
            let known = [
                ("from", pointer.from.map(|from| json!(from))),
                ("to", pointer.to.map(|to| json!(to))),
                ("reason", pointer.reason.as_ref().map(|reason| json!(reason))),
            ];
            if let Some(members) = shown.as_object_mut() {
                let known = known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
                members.extend(known);
            }
            shown
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(from: u64, to: u64) -> Pointer {
        Pointer::read(&json!({ "pointer": "/a/text", "from": from, "to": to })).unwrap()
    }

    #[test]
    fn ranges_are_counted_in_utf16_units() {
        let mut document = json!({ "a": { "text": "a😀b" } });
        assert_eq!(pointer(1, 3).apply(&mut document).unwrap(), "😀");
        assert_eq!(document["a"]["text"], "a██b");
        assert!(pointer(3, 9).apply(&mut document).is_err(), "outside of the text");
    }

    #[test]
    fn ranges_inside_others_are_one_redaction() {
        let ranges = [pointer(2, 4), pointer(0, 9), pointer(0, 9), pointer(8, 12)];
        let shown = show(&ranges, || "id".to_owned());
        let ranges: Vec<(i64, i64)> =
            shown.iter().map(|row| (row["from"].as_i64().unwrap(), row["to"].as_i64().unwrap())).collect();
        assert_eq!(ranges, [(0, 9), (8, 12)]);
    }
}
