//! Files that a call brings instead of JSON, as an object that a model can read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

/// The largest file whose content stands in an answer, in bytes. As base64 it still fits into the 4 MiB that gRPC
/// clients take.
pub const MOST_INLINE: usize = 2 * 1024 * 1024;

/// A file on its way to a caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Download {
    /// Its bytes; absent when it is larger than [`MOST_INLINE`].
    pub bytes: Option<Vec<u8>>,
    /// Its size in bytes, when it is known.
    pub size: Option<u64>,
    /// The `Content-Type` that came with it.
    pub media_type: Option<String>,
    /// The `Content-Disposition` that came with it.
    pub disposition: Option<String>,
}

impl Download {
    /// The file's name, as `Content-Disposition` has it (RFC 6266 §4.3): `filename*` before `filename`, and nothing of
    /// a path.
    pub fn file_name(&self) -> Option<String> {
        let disposition = self.disposition.as_deref()?;
        let value = |name: &str| {
            let found = disposition.split(';').map(str::trim).find_map(|it| {
                let (key, value) = it.split_once('=')?;
                key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
            })?;
            Some(found.trim_matches('"'))
        };
        let extended = value("filename*").and_then(|text| {
            let encoded = text.strip_prefix("UTF-8''").or_else(|| text.strip_prefix("utf-8''"))?;
            percent_decode_str(encoded).decode_utf8().ok().map(std::borrow::Cow::into_owned)
        });
        let name = extended.or_else(|| value("filename").map(str::to_owned))?;
        let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
        (!last.is_empty()).then(|| last.to_owned())
    }

    /// The answer for the caller: what the file is, its content as text where it is text and as base64 otherwise, and
    /// the `handle` by which it is read again or uploaded elsewhere.
    pub fn shape(&self, handle: &str) -> Map<String, Value> {
        let media_type = self.media_type.as_deref().unwrap_or("application/octet-stream");
        let mut answer = Map::from_iter([
            ("file_name".to_owned(), json!(self.file_name())),
            ("media_type".to_owned(), json!(media_type)),
            ("size".to_owned(), json!(self.size)),
            ("handle".to_owned(), json!(handle)),
        ]);
        let mut put = |name: &str, value: Value| drop(answer.insert(name.to_owned(), value));
        let Some(bytes) = &self.bytes else {
            let note = format!(
                "The file is larger than {MOST_INLINE} bytes, so its content is not here. An application reads it \
                 with GET /proxy{handle}; another attachment is made of it with the `handle`."
            );
            put("note", json!(note));
            return answer;
        };
        let text = std::str::from_utf8(bytes).ok().filter(|_| is_text(media_type));
        let (encoding, content) =
            text.map_or_else(|| ("base64", STANDARD.encode(bytes)), |it| ("text", it.to_owned()));
        put("encoding", json!(encoding));
        put("content", json!(content));
        answer
    }
}

/// Whether content of this media type is for reading.
fn is_text(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || ["application/json", "application/xml", "application/yaml", "image/svg+xml"]
            .contains(&essence.as_str())
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(disposition: &str) -> Option<String> {
        Download { disposition: Some(disposition.to_owned()), ..Download::default() }.file_name()
    }

    #[test]
    fn c7_a_file_keeps_its_name_and_nothing_of_a_path() {
        let table = [
            ("attachment; filename=\"tides.csv\"", Some("tides.csv")),
            ("attachment; filename=\"x\"; filename*=UTF-8''gr%C3%BC%C3%9Fe.txt", Some("grüße.txt")),
            ("attachment; FileName=../../etc/passwd", Some("passwd")),
            ("attachment; filename=\"C:\\a\\b.txt\"", Some("b.txt")),
            ("attachment; filename=\"\"", None),
            ("inline", None),
        ];
        for (disposition, expected) in table {
            assert_eq!(named(disposition).as_deref(), expected, "{disposition}");
        }
    }

    #[test]
    fn text_is_text_and_the_rest_is_base64() {
        let table = [
            ("text/csv; charset=utf-8", &b"a,b"[..], "text", "a,b"),
            ("application/problem+json", b"{}", "text", "{}"),
            ("text/plain", b"\xff", "base64", "/w=="),
            ("image/png", b"png", "base64", "cG5n"),
        ];
        for (media_type, bytes, encoding, content) in table {
            let download = Download {
                bytes: Some(bytes.to_vec()),
                size: Some(bytes.len() as u64),
                media_type: Some(media_type.to_owned()),
                disposition: None,
            };
            let answer = download.shape("/h");
            assert_eq!(answer["encoding"], encoding, "{media_type}");
            assert_eq!(answer["content"], content, "{media_type}");
            assert_eq!(answer["handle"], "/h");
        }
    }

    #[test]
    fn what_is_too_large_says_how_it_is_read() {
        let answer = Download { size: Some(9_000_000), ..Download::default() }.shape("/wiki/x/download");
        assert_eq!(answer["size"], 9_000_000);
        assert!(!answer.contains_key("content"));
        assert!(answer["note"].as_str().unwrap().contains("GET /proxy/wiki/x/download"));
    }
}
