//! Differences between two bodies, word by word.

use similar::{ChangeTag, TextDiff};

use crate::formats::storage_format::plain_text;

/// The end tags of elements that a reader sees as lines of their own.
const BLOCKS: [&str; 13] = [
    "</p>",
    "</h1>",
    "</h2>",
    "</h3>",
    "</h4>",
    "</h5>",
    "</h6>",
    "</li>",
    "</tr>",
    "</ac:task>",
    "</pre>",
    "</ac:structured-macro>",
    "<hr/>",
];

/// A piece of a text: inserted, deleted or kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    /// The tag of the piece: `ins`, `del`, or nothing for what was kept.
    pub(super) tag: &'static str,
}

/// Compares two bodies in storage format, the old and the new one.
pub(super) fn between(old: &str, new: &str) -> Vec<Piece> {
    let (old, new) = (lines(old), lines(new));
    let mut pieces: Vec<Piece> = Vec::new();
    for change in TextDiff::from_words(&old, &new).iter_all_changes() {
        let tag = match change.tag() {
            ChangeTag::Equal => "",
            ChangeTag::Insert => "ins",
            ChangeTag::Delete => "del",
        };
        let text = change.value();
        match pieces.last_mut() {
            Some(last) if last.tag == tag => last.text.push_str(text),
            _ => pieces.push(Piece { text: text.to_owned(), tag }),
        }
    }
    pieces
}

/// Returns the text of a body, one line for each block.
fn lines(storage: &str) -> String {
    let mut rest = storage.to_owned();
    for block in BLOCKS {
        rest = rest.replace(block, &format!("{block}\u{1e}"));
    }
    let blocks = rest.split('\u{1e}').map(|block| plain_text(block).trim().to_owned());
    blocks.filter(|line| !line.is_empty()).map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_came_and_went_are_told_apart() {
        let piece = |text: &str, tag| Piece { text: text.to_owned(), tag };
        let found = between(
            "<p>High water at noon.</p><p>Gone.</p>",
            "<p>High water at six.</p><ul><li>New</li></ul>",
        );
        assert_eq!(found.first(), Some(&piece("High water at ", "")));
        let of = |tag: &str| -> String {
            found.iter().filter(|it| it.tag == tag).map(|it| it.text.as_str()).collect()
        };
        assert!(of("del").contains("noon.") && of("del").contains("Gone."), "{found:?}");
        assert!(of("ins").contains("six.") && of("ins").contains("New"), "{found:?}");
    }

    #[test]
    fn the_same_body_is_one_piece() {
        let body = "<h1>A</h1><p>b</p>";
        assert_eq!(between(body, body), [Piece { text: "A\nb\n".to_owned(), tag: "" }]);
    }
}
