//! What the audit log says about a raw request: which part of the API, and nothing that users wrote.

use http::Method;

/// How many segments are told.
const MAX_SEGMENTS: usize = 12;

/// The method, and the path without what may be content: titles, labels and names of files become `*`. The names of
/// an API are lower-case words, its ids numbers.
pub(super) fn outline(method: &Method, path: &str) -> String {
    let segments: Vec<&str> = path.split('/').skip(1).take(MAX_SEGMENTS).map(told).collect();
    format!("{method} /{}", segments.join("/"))
}

fn told(segment: &str) -> &str {
    let word = segment.bytes().all(|it| it.is_ascii_lowercase() || it == b'-');
    let number = segment.bytes().all(|it| it.is_ascii_digit());
    let version = segment == "v1" || segment == "v2";
    if segment.len() <= 20 && (word || number || version) { segment } else { "*" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_api_are_told_and_content_is_not() {
        for (path, told) in [
            ("/wiki/api/v2/pages/12345/labels", "/wiki/api/v2/pages/12345/labels"),
            ("/wiki/rest/api/user/current", "/wiki/rest/api/user/current"),
            ("/wiki/display/HR/Salaries+2026", "/wiki/display/*/*"),
            ("/wiki/download/attachments/7/offer.pdf", "/wiki/download/attachments/7/*"),
            ("/a%20b", "/*"),
            ("", "/"),
        ] {
            assert_eq!(outline(&Method::GET, path), format!("GET {told}"));
        }
        assert!(outline(&Method::GET, &"/a".repeat(1000)).len() < 40);
    }
}
