//! From storage format to documents and back.

use serde_json::{Value, json};

use super::{from_storage, to_storage};
use crate::render::check_storage;

fn content(storage: &str) -> Value {
    from_storage(storage).unwrap()["content"].clone()
}

#[test]
fn storage_survives_the_way_to_a_document_and_back() {
    let cases = [
        "",
        "<p>Plain &amp; simple &lt;tag&gt;</p>",
        "<h2>Head</h2><p>Text with <strong>bold <em>and slanted</em></strong> words</p>",
        "<p><u>u</u> <s>s</s> <code>c</code> <sub>2</sub><sup>3</sup> <a href=\"https://example.com/?a=1&amp;b=2\">go</a></p>",
        "<p>one<br />two</p><hr />",
        "<ul><li><p>a</p><ul><li><p>b</p></li></ul></li><li><p>c</p></li></ul>",
        "<ol start=\"3\"><li><p>three</p></li></ol>",
        "<blockquote><p>said</p></blockquote>",
        "<table><tbody><tr><th><p>Head</p></th><td colspan=\"2\"><p>cell</p></td></tr></tbody></table>",
        "<ac:structured-macro ac:name=\"code\"><ac:parameter ac:name=\"language\">rust</ac:parameter>\
         <ac:plain-text-body><![CDATA[let a = \"<b>\" & c;\nnext]]></ac:plain-text-body></ac:structured-macro>",
        "<ac:structured-macro ac:name=\"tip\"><ac:rich-text-body><p>mind</p></ac:rich-text-body></ac:structured-macro>",
        "<ac:structured-macro ac:name=\"expand\"><ac:parameter ac:name=\"title\">More</ac:parameter>\
         <ac:rich-text-body><p>inside</p></ac:rich-text-body></ac:structured-macro>",
        "<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status>\
         <ac:task-body>done</ac:task-body></ac:task></ac:task-list>",
        "<p>now <ac:structured-macro ac:name=\"status\"><ac:parameter ac:name=\"title\">ON</ac:parameter>\
         <ac:parameter ac:name=\"colour\">Green</ac:parameter></ac:structured-macro></p>",
        "<p><ac:link><ri:page ri:content-title=\"A &amp; B\" ri:space-key=\"ENG\" />\
         <ac:link-body>see</ac:link-body></ac:link></p>",
        "<p><ac:link><ri:user ri:account-id=\"712020:x\" /></ac:link></p>",
        "<p><time datetime=\"2026-11-01\" /></p>",
        "<ac:image ac:alt=\"chart\"><ri:attachment ri:filename=\"a b.png\" /></ac:image>",
        "<ac:image><ri:url ri:value=\"https://example.com/a.png\" /></ac:image>",
        "<ac:structured-macro ac:name=\"toc\"><ac:parameter ac:name=\"maxLevel\">2</ac:parameter></ac:structured-macro>",
        "<ac:structured-macro ac:name=\"excerpt\"><ac:rich-text-body><p>x</p></ac:rich-text-body></ac:structured-macro>",
    ];
    for storage in cases {
        let document = from_storage(storage).unwrap();
        let back = to_storage(&document).unwrap();
        assert_eq!(back, storage, "through {document}");
        assert_eq!(check_storage(&back), Ok(()));
    }
}

#[test]
fn marks_nest_from_the_outside_in() {
    let expected = json!([{ "type": "paragraph", "content": [
        { "type": "text", "text": "a", "marks": [{ "type": "strong" }, { "type": "em" }] },
        { "type": "text", "text": "b", "marks": [{ "type": "strong" }] },
    ]}]);
    assert_eq!(content("<p><strong><em>a</em>b</strong></p>"), expected);
}

#[test]
fn loose_text_and_references_become_paragraphs() {
    let cases = [
        ("loose", json!([{ "type": "paragraph", "content": [{ "type": "text", "text": "loose" }] }])),
        (
            "<p>a&nbsp;b</p>",
            json!([{ "type": "paragraph", "content": [{ "type": "text", "text": "a\u{a0}b" }] }]),
        ),
        (
            "<ul><li>item</li></ul>",
            json!([{ "type": "bulletList", "content": [{ "type": "listItem", "content": [
                { "type": "paragraph", "content": [{ "type": "text", "text": "item" }] }] }] }]),
        ),
        (
            "<p></p>\n<p></p>",
            json!([{ "type": "paragraph", "content": [] }, { "type": "paragraph", "content": [] }]),
        ),
    ];
    for (storage, expected) in cases {
        assert_eq!(content(storage), expected, "{storage}");
    }
}

#[test]
fn text_of_documents_cannot_break_out_of_its_element() {
    let document = json!({ "type": "doc", "version": 1, "content": [
        { "type": "paragraph", "content": [{ "type": "text", "text": "</p><script>", "marks": [
            { "type": "link", "attrs": { "href": "\"><script>" } }] }] },
        { "type": "codeBlock", "content": [{ "type": "text", "text": "]]></ac:plain-text-body>" }] },
    ]});
    let storage = to_storage(&document).unwrap();
    assert!(!storage.contains("<script>"), "{storage}");
    assert_eq!(check_storage(&storage), Ok(()));
    assert_eq!(content(&storage)[1]["content"][0]["text"], json!("]]></ac:plain-text-body>"));
}

#[test]
fn what_is_no_document_is_refused_with_the_reason() {
    let within = |node: Value| json!({ "type": "doc", "version": 1, "content": [node] });
    let cases = [
        (json!([]), "outermost"),
        (json!({ "type": "paragraph" }), "outermost"),
        (json!({ "type": "doc", "version": 2 }), "version"),
        (json!({ "type": "doc", "version": 1, "content": "text" }), "list"),
        (within(json!({ "type": "heading", "attrs": { "level": 7 } })), "level"),
        (within(json!({ "type": "marquee" })), "marquee"),
        (within(json!({ "content": [] })), "type"),
        (within(json!({ "type": "paragraph", "content": [{ "type": "text" }] })), "text"),
        (within(json!({ "type": "paragraph", "content": [{ "type": "table" }] })), "table"),
        (
            within(
                json!({ "type": "paragraph", "content": [{ "type": "text", "text": "a", "marks": [{ "type": "blink" }] }] }),
            ),
            "blink",
        ),
    ];
    for (document, expected) in cases {
        let problem = to_storage(&document).unwrap_err();
        assert!(problem.contains(expected), "{problem} for {document}");
    }
    assert!(from_storage("<p>").is_err());
}
