//! Checking, showing and reading storage format.

use proptest::prelude::*;

use super::{check_storage, plain_text, view_html};

#[test]
fn storage_format_is_shown() {
    let table = [
        (
            "<p>Hello <strong>you</strong> &mdash; &amp; me</p>",
            "<p>Hello <strong>you</strong> — &amp; me</p>",
        ),
        ("<p onclick=\"x()\">a</p>", "<p>a</p>"),
        (
            "<a href=\"https://x.example/?a=1&amp;b=2\">x</a>",
            "<a href=\"https://x.example/?a=1&amp;b=2\">x</a>",
        ),
        ("<a href=\"javascript:alert(1)\">x</a>", "<a>x</a>"),
        ("<script>alert(1)</script>b", "b"),
        ("<marquee>a</marquee>", "a"),
        ("<td colspan=\"2\">a<br/>b</td>", "<td colspan=\"2\">a<br>b</td>"),
        (
            "<ac:structured-macro ac:name=\"info\"><ac:rich-text-body><p>a</p></ac:rich-text-body></ac:structured-macro>",
            "<div class=\"panel info\"><p>a</p></div>",
        ),
        (
            "<ac:structured-macro ac:name=\"code\"><ac:parameter ac:name=\"language\">rust</ac:parameter><ac:plain-text-body><![CDATA[if a < b {}]]></ac:plain-text-body></ac:structured-macro>",
            "<pre class=\"code\"><code>if a &lt; b {}</code></pre>",
        ),
        (
            "<ac:structured-macro ac:name=\"status\"><ac:parameter ac:name=\"title\">Done</ac:parameter></ac:structured-macro>",
            "<span class=\"status\">Done</span>",
        ),
        (
            "<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>x</ac:task-body></ac:task></ac:task-list>",
            "<ul class=\"tasks\"><li>☑ x</li></ul>",
        ),
        (
            "<ac:link><ri:page ri:content-title=\"A &amp; B\"/></ac:link>",
            "<span class=\"link\">A &amp; B</span>",
        ),
    ];
    for (storage, expected) in table {
        assert_eq!(view_html(storage), expected, "{storage}");
    }
}

#[test]
fn words_are_read_and_parameters_are_not() {
    let storage = "<h1>One</h1><p>two<em>three</em></p><ac:structured-macro ac:name=\"code\"><ac:parameter ac:name=\"language\">rust</ac:parameter><ac:plain-text-body><![CDATA[four]]></ac:plain-text-body></ac:structured-macro>";
    assert_eq!(plain_text(storage), "One two three four");
}

#[test]
fn malformed_storage_is_refused() {
    for storage in [
        "<p>a",
        "<p>a</b>",
        "a</p>",
        "<p>&nosuch;</p>",
        "<!DOCTYPE x [<!ENTITY a \"b\">]><p/>",
        "<p a=b>x</p>",
    ] {
        let said = check_storage(storage).unwrap_err();
        assert!(said.starts_with("Error parsing xhtml"), "{storage}: {said}");
    }
    for storage in [
        "",
        "plain",
        "<p>&nbsp;&#8212;&#x2014;</p>",
        "<ac:image><ri:attachment ri:filename=\"x\"/></ac:image>",
        "<br/>",
    ] {
        assert_eq!(check_storage(storage), Ok(()), "{storage}");
    }
    assert!(check_storage(&"<p>".repeat(1000)).is_err());
}

proptest! {
    #[test]
    fn nothing_that_runs_is_ever_shown(storage in "(<|>|/|script|p|a|onclick|href|=|\"|'|javascript:|&lt;|&|;|<!\\[CDATA\\[|\\]\\]>|ac:link| |x){0,30}") {
        let html = view_html(&storage).to_ascii_lowercase();
        prop_assert!(!html.contains("<script"), "{}", html);
        prop_assert!(!html.contains("href=\"javascript"), "{}", html);
        drop(plain_text(&storage));
        drop(check_storage(&storage));
    }
}
