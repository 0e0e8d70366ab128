//! Addresses of content: where a browser finds it, below the site's `/wiki`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use time::OffsetDateTime;

use crate::storage::content::{Content, Kind, Status};
use crate::storage::spaces::Space;

/// Returns the path at which a browser finds the content, below the site's `/wiki`.
pub(crate) fn web_path(content: &Content, space: &Space) -> String {
    let Content { id, .. } = content;
    if content.status == Status::Draft {
        return format!("/pages/resumedraft.action?draftId={id}&draftShareId={}", content.share_id);
    }
    if space.homepage_id == Some(*id) {
        return format!("/spaces/{}/overview", space.key);
    }
    match content.kind {
        Kind::BlogPost => {
            let at = OffsetDateTime::from_unix_timestamp(content.created_at / 1000)
                .unwrap_or(OffsetDateTime::UNIX_EPOCH);
            let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
            let slug = slug(&content.title);
            format!("/spaces/{}/blog/{year:04}/{month:02}/{day:02}/{id}/{slug}", space.key)
        }
        Kind::Page | Kind::Comment | Kind::Attachment => {
            format!("/spaces/{}/pages/{id}/{}", space.key, slug(&content.title))
        }
        Kind::Custom | Kind::Whiteboard | Kind::Database | Kind::Folder | Kind::Embed => {
            format!("/spaces/{}/{}/{id}", space.key, content.kind.as_str())
        }
    }
}

/// Returns the short path of content.
pub(crate) fn tiny_path(id: i64) -> String {
    let bytes = id.to_le_bytes();
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let code = STANDARD_NO_PAD.encode(bytes.get(..used).unwrap_or_default());
    format!("/x/{}", code.replace('/', "-").replace('+', "_"))
}

/// Returns the path at which a browser downloads a file, below the site's `/wiki`.
pub(crate) fn download_path(content: &Content, modified_at: i64, container_id: i64) -> String {
    let name = utf8_percent_encode(&content.title, NON_ALPHANUMERIC);
    format!(
        "/download/attachments/{container_id}/{name}?version={}&modificationDate={modified_at}&cacheVersion=1&api=v2",
        content.version
    )
}

/// Returns the path at which the web view serves a file.
pub(crate) fn web_view_file(id: i64, name: &str) -> String {
    format!("/_web/files/{id}/{}", utf8_percent_encode(name, NON_ALPHANUMERIC))
}

/// Returns a title as it is in addresses: words joined by plus signs, punctuation dropped, the rest encoded.
fn slug(title: &str) -> String {
    let spoken: String =
        title.chars().filter(|letter| letter.is_alphanumeric() || " -_.".contains(*letter)).collect();
    let words: Vec<String> = spoken
        .split_whitespace()
        .map(|word| percent_encoding::utf8_percent_encode(word, SLUG).to_string())
        .collect();
    words.join("+")
}

const SLUG: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiny_links_are_the_id_in_little_endian_base64() {
        let cases = [(98_400, "/x/YIAB"), (65_539, "/x/AwAB"), (1, "/x/AQ"), (0, "/x/")];
        for (id, expected) in cases {
            assert_eq!(tiny_path(id), expected, "{id}");
        }
    }

    #[test]
    fn slugs_join_words_and_drop_punctuation() {
        let cases = [
            ("Release notes", "Release+notes"),
            ("We shipped it!", "We+shipped+it"),
            ("  A   b ", "A+b"),
            ("Übersicht", "%C3%9Cbersicht"),
            ("a/b?c#d", "abcd"),
            ("!!!", ""),
        ];
        for (title, expected) in cases {
            assert_eq!(slug(title), expected, "{title}");
        }
    }
}
