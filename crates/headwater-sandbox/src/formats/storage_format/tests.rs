//! Checking, showing and reading storage format.

use proptest::prelude::*;

use super::{References, check_storage, plain_text, view};

fn view_html(storage: &str) -> String {
    view::view_html(storage, &References::default())
}

fn macro_of(name: &str, inside: &str) -> String {
    format!("<ac:structured-macro ac:name=\"{name}\">{inside}</ac:structured-macro>")
}

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
            "<a href=\"https://x.example/?a=1&amp;b=2\" class=\"external-link\" rel=\"nofollow\">x</a>",
        ),
        ("<a href=\"javascript:alert(1)\">x</a>", "<a>x</a>"),
        ("<script>alert(1)</script>b", "b"),
        ("<marquee>a</marquee>", "a"),
        ("<td colspan=\"2\">a<br/>b</td>", "<td colspan=\"2\" class=\"confluenceTd\">a<br/>b</td>"),
        (
            "<table><tr><th>a</th></tr></table>",
            "<div class=\"table-wrap\"><table class=\"confluenceTable\"><tr><th class=\"confluenceTh\">a</th></tr></table></div>",
        ),
        ("<p style=\"text-align: center; behavior: url(x)\">a</p>", "<p style=\"text-align: center;\">a</p>"),
        (
            "<span style=\"color: rgb(1,2,3); background: x\">a</span>",
            "<span style=\"color: rgb(1,2,3);\">a</span>",
        ),
        ("<span style=\"width: expression(x)\">a</span>", "<span>a</span>"),
        (
            "<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status>\
             <ac:task-body>x</ac:task-body></ac:task></ac:task-list>",
            "<ul class=\"inline-task-list\"><li class=\"checked\" data-inline-task-id=\"1\"><span>x</span></li></ul>",
        ),
        (
            "<ac:link><ri:page ri:content-title=\"A &amp; B\"/></ac:link>",
            "<a class=\"confluence-link unresolved\" href=\"#\">A &amp; B</a>",
        ),
        (
            "<ac:link><ri:page ri:content-title=\"A\"/><ac:plain-text-link-body><![CDATA[go & see]]></ac:plain-text-link-body></ac:link>",
            "<a class=\"confluence-link unresolved\" href=\"#\">go &amp; see</a>",
        ),
        ("<time datetime=\"2026-01-02\"/>", "<time datetime=\"2026-01-02\">02 Jan 2026</time>"),
        (
            "<ac:layout><ac:layout-section ac:type=\"two_equal\"><ac:layout-cell>a</ac:layout-cell></ac:layout-section></ac:layout>",
            "<div class=\"contentLayout2\"><div class=\"columnLayout two-equal\" data-layout=\"two-equal\">\
             <div class=\"cell normal\" data-type=\"normal\"><div class=\"innerCell\">a</div></div></div></div>",
        ),
        (
            "<ac:adf-extension><ac:adf-node type=\"panel\"><ac:adf-attribute key=\"panel-type\">note</ac:adf-attribute>\
             <ac:adf-content>a</ac:adf-content></ac:adf-node><ac:adf-fallback><div>a</div></ac:adf-fallback></ac:adf-extension>",
            "<div>a</div>",
        ),
    ];
    for (storage, expected) in table {
        assert_eq!(view_html(storage), expected, "{storage}");
    }
}

#[test]
fn macros_have_the_classes_that_programs_look_for() {
    let body = |text: &str| format!("<ac:rich-text-body>{text}</ac:rich-text-body>");
    let plain = |text: &str| format!("<ac:plain-text-body><![CDATA[{text}]]></ac:plain-text-body>");
    let parameter =
        |name: &str, value: &str| format!("<ac:parameter ac:name=\"{name}\">{value}</ac:parameter>");
    let cases = [
        (macro_of("info", &body("<p>a</p>")), "confluence-information-macro-information"),
        (macro_of("note", &body("<p>a</p>")), "confluence-information-macro-note"),
        (macro_of("warning", &body("<p>a</p>")), "confluence-information-macro-warning"),
        (
            macro_of("tip", &(parameter("title", "T &amp; T") + &body("a"))),
            "<p class=\"title\">T &amp; T</p>",
        ),
        (
            macro_of("panel", &(parameter("title", "T") + &body("a"))),
            "<div class=\"panelHeader\"><b>T</b></div>",
        ),
        (
            macro_of("code", &(parameter("language", "rust") + "\n\n" + &plain("if a < b {}"))),
            "data-syntaxhighlighter-params=\"brush: rust; gutter: false; theme: Confluence\" \
             data-theme=\"Confluence\">if a &lt; b {}</pre>",
        ),
        (
            macro_of("code", &(parameter("title", "main.rs") + &plain("x"))),
            "codeHeader panelHeader pdl\"><b>main.rs</b>",
        ),
        (macro_of("noformat", &plain("x")), "<div class=\"preformattedContent panelContent\"><pre>x</pre>"),
        (
            macro_of("expand", &(parameter("title", "More") + &body("x"))),
            "<span class=\"expand-control-text\">More</span>",
        ),
        (
            macro_of("status", &(parameter("colour", "Green") + &parameter("title", "Done"))),
            "aui-lozenge-success conf-macro output-inline\" data-hasbody=\"false\" data-macro-name=\"status\">Done</span>",
        ),
        (
            macro_of("excerpt", &body("<p>x</p>")),
            "data-hasbody=\"true\" data-macro-name=\"excerpt\"><p>x</p></div>",
        ),
        (
            macro_of("jira", &parameter("key", "A-1")),
            "data-hasbody=\"false\" data-macro-name=\"jira\"></span>",
        ),
    ];
    for (storage, expected) in cases {
        let html = view_html(&storage);
        assert!(html.contains(expected), "{expected} is not in {html}");
        assert!(!html.contains("rust</"), "parameters are not shown: {html}");
    }
}

#[test]
fn a_table_of_contents_leads_to_the_headings() {
    let references = References { title: "My Page".to_owned(), ..References::default() };
    let storage = macro_of("toc", "") + "<h1>One</h1><h2>Two words</h2><h2>One</h2><h1>Three</h1>";
    let html = view::view_html(&storage, &references);
    let expected = "<ul class=\"toc-indentation\"><li><a href=\"#MyPage-One\">One</a><ul class=\"toc-indentation\">\
        <li><a href=\"#MyPage-Twowords\">Two words</a></li><li><a href=\"#MyPage-One.1\">One</a></li></ul></li>\
        <li><a href=\"#MyPage-Three\">Three</a></li></ul></div>\
        <h1 id=\"MyPage-One\">One</h1><h2 id=\"MyPage-Twowords\">Two words</h2>";
    assert!(html.contains(expected), "{html}");
}

#[test]
fn every_name_that_xhtml_has_for_a_character_is_known() {
    let cases = [
        ("hearts", "♥"),
        ("Omega", "Ω"),
        ("ouml", "ö"),
        ("zwnj", "\u{200c}"),
        ("sup2", "²"),
        ("#x1f30a", "🌊"),
    ];
    for (name, expected) in cases {
        let storage = format!("<p>&{name};</p>");
        assert_eq!(check_storage(&storage), Ok(()), "{name}");
        assert_eq!(view_html(&storage), format!("<p>{expected}</p>"), "{name}");
    }
    for name in ["Hearts", "#0", "#x110000", "#xd800", "colon"] {
        assert!(check_storage(&format!("&{name};")).is_err(), "{name}");
    }
}

#[test]
fn words_are_read_and_parameters_are_not() {
    let storage = "<h1>One</h1><p>two<em>three</em></p><ac:structured-macro ac:name=\"code\"><ac:parameter ac:name=\"language\">rust</ac:parameter><ac:plain-text-body><![CDATA[four]]></ac:plain-text-body></ac:structured-macro>";
    assert_eq!(plain_text(storage), "One two three four");
    let cases = [
        (
            "Begin with <ac:link><ri:page ri:content-title=\"First week\"/></ac:link>.",
            "Begin with First week .",
        ),
        ("<ac:link><ri:page ri:content-title=\"A\"/><ac:link-body>go</ac:link-body></ac:link>", "go"),
        (
            "<ac:structured-macro ac:name=\"status\"><ac:parameter ac:name=\"title\">Done</ac:parameter></ac:structured-macro>",
            "Done",
        ),
    ];
    for (storage, expected) in cases {
        assert_eq!(plain_text(storage), expected, "{storage}");
    }
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
