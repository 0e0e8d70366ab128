//! Bodies that everybody can read: what scrolls can be reached with the keyboard, and headings leave no level out.

/// What a body's own headings come below: the title of its page.
const TITLE_LEVEL: u8 = 1;

/// A body in the view format for the web view. Texts in it are escaped, so that what looks like a tag is one.
pub(super) fn readable(html: &str) -> String {
    let reachable = html
        .replace("<pre", "<pre tabindex=\"0\"")
        .replace("<div class=\"table-wrap\"", "<div tabindex=\"0\" class=\"table-wrap\"");
    in_order(&reachable)
}

/// Headings that go on from the page's title, each at most one level below the one before.
fn in_order(html: &str) -> String {
    let (mut written, mut rest) = (String::with_capacity(html.len()), html);
    let (mut before, mut open) = (TITLE_LEVEL, None);
    while let Some(place) = rest.find("<h").into_iter().chain(rest.find("</h")).min() {
        let closing = rest[place..].starts_with("</");
        let digit = place + if closing { 3 } else { 2 };
        let level = rest.as_bytes().get(digit).copied().filter(u8::is_ascii_digit).map(|it| it - b'0');
        let ends = rest.as_bytes().get(digit + 1).is_some_and(|it| matches!(it, b'>' | b' '));
        written.push_str(&rest[..digit]);
        rest = &rest[digit..];
        let (Some(level @ 1..=6), true) = (level, ends) else { continue };
        let shown =
            if closing { open.take().unwrap_or(level) } else { (level + 1).clamp(2, before + 1).min(6) };
        if !closing {
            (before, open) = (shown, Some(shown));
        }
        written.push(char::from(b'0' + shown));
        rest = &rest[1..];
    }
    written + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_leave_no_level_out_and_scrolling_parts_can_be_reached() {
        let table = [
            ("<h1>a</h1><h3 id=\"x\">b</h3><h2>c</h2>", "<h2>a</h2><h3 id=\"x\">b</h3><h3>c</h3>"),
            ("<h4>a</h4><p>&lt;h1></p>", "<h2>a</h2><p>&lt;h1></p>"),
            ("<hr /><header>x</header>", "<hr /><header>x</header>"),
            ("<h6>a</h6><h6>b</h6>", "<h2>a</h2><h3>b</h3>"),
            ("<pre class=\"c\">x</pre>", "<pre tabindex=\"0\" class=\"c\">x</pre>"),
            ("<div class=\"table-wrap\">", "<div tabindex=\"0\" class=\"table-wrap\">"),
            ("<h", "<h"),
            ("</h1>", "</h1>"),
        ];
        for (html, expected) in table {
            assert_eq!(readable(html), expected, "{html}");
        }
    }
}
