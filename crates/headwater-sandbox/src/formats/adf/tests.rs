//! From storage format to documents and back.

use serde_json::{Value, json};

use super::to_storage;
use crate::formats::storage_format::{References, check_storage};

fn from_storage(storage: &str) -> Result<Value, String> {
    super::from_storage(storage, &References::default())
}

fn content(storage: &str) -> Value {
    from_storage(storage).unwrap()["content"].clone()
}

/// Bodies that come back as they were.
const KEPT: &[&str] = &[
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
    "<p>see <ac:link ac:anchor=\"top\"><ac:link-body>above</ac:link-body></ac:link>, \
     <ac:link><ri:attachment ri:filename=\"a.pdf\" /><ac:link-body>the <em>file</em></ac:link-body></ac:link></p>",
    "<p><span style=\"color: rgb(255,86,48);\">red</span> \
     <span style=\"background-color: rgb(254,222,200);\">marked</span></p>",
    "<p style=\"text-align: center;\">middle</p><h2 style=\"margin-left: 60.0px;\">further in</h2>",
    "<p>about <ac:inline-comment-marker ac:ref=\"7b3c\">this</ac:inline-comment-marker></p>",
    "<p>ticket <ac:structured-macro ac:name=\"jira\" ac:macro-id=\"4d\" ac:schema-version=\"1\">\
     <ac:parameter ac:name=\"key\">A-1</ac:parameter></ac:structured-macro></p>",
    "<p><ac:emoticon ac:emoji-shortname=\":wave:\" ac:emoji-id=\"1f44b\" ac:emoji-fallback=\"👋\" /></p>",
    "<p><a href=\"https://example.com/\" data-card-appearance=\"inline\">https://example.com/</a></p>",
    "<p><a href=\"https://example.com/\" data-card-appearance=\"embed\">https://example.com/</a></p>",
    "<table data-table-width=\"760\" data-layout=\"wide\" ac:local-id=\"t\" data-number-column=\"true\">\
     <colgroup><col style=\"width: 100.0px;\" /><col style=\"width: 300.5px;\" /></colgroup><tbody><tr>\
     <td rowspan=\"2\" data-highlight-colour=\"#deebff\"><p>a</p></td><td><p>b</p></td></tr>\
     <tr><td><p>c</p></td></tr></tbody></table>",
    "<ac:structured-macro ac:name=\"note\"><ac:rich-text-body><p>yellow</p></ac:rich-text-body></ac:structured-macro>",
    "<ac:structured-macro ac:name=\"warning\"><ac:rich-text-body><p>red</p></ac:rich-text-body></ac:structured-macro>",
    "<ac:structured-macro ac:name=\"panel\"><ac:parameter ac:name=\"bgColor\">#fff0b3</ac:parameter>\
     <ac:parameter ac:name=\"panelIcon\">:rainbow:</ac:parameter>\
     <ac:rich-text-body><p>own</p></ac:rich-text-body></ac:structured-macro>",
    "<ac:structured-macro ac:name=\"panel\"><ac:parameter ac:name=\"title\">Named</ac:parameter>\
     <ac:rich-text-body><p>x</p></ac:rich-text-body></ac:structured-macro>",
    "<ac:structured-macro ac:name=\"tip\"><ac:parameter ac:name=\"title\">Named</ac:parameter>\
     <ac:rich-text-body><p>x</p></ac:rich-text-body></ac:structured-macro>",
    "<ac:adf-extension><ac:adf-node type=\"panel\"><ac:adf-attribute key=\"panel-type\">note</ac:adf-attribute>\
     <ac:adf-content><p>purple</p></ac:adf-content></ac:adf-node><ac:adf-fallback><div class=\"panel\">\
     <div class=\"panelContent\"><p>purple</p></div></div></ac:adf-fallback></ac:adf-extension>",
    "<ac:adf-extension><ac:adf-node type=\"decision-list\"><ac:adf-node type=\"decision-item\">\
     <ac:adf-attribute key=\"state\">DECIDED</ac:adf-attribute><ac:adf-content>go <strong>now</strong></ac:adf-content>\
     </ac:adf-node></ac:adf-node><ac:adf-fallback><ul class=\"decision-list\"><li>go <strong>now</strong></li></ul>\
     </ac:adf-fallback></ac:adf-extension>",
    "<ac:layout><ac:layout-section ac:type=\"two_left_sidebar\"><ac:layout-cell><p>l</p></ac:layout-cell>\
     <ac:layout-cell><p>r</p></ac:layout-cell></ac:layout-section></ac:layout>",
    "<ac:image ac:align=\"left\" ac:layout=\"align-start\" ac:width=\"200\" ac:original-width=\"640\" ac:alt=\"x\">\
     <ri:attachment ri:filename=\"x.png\" /><ac:caption><p>said <em>below</em></p></ac:caption></ac:image>",
    "<ac:image ac:alt=\"chart\"><ri:attachment ri:filename=\"a b.png\" /></ac:image>",
    "<ac:image><ri:url ri:value=\"https://example.com/a.png\" /></ac:image>",
    "<ac:structured-macro ac:name=\"toc\"><ac:parameter ac:name=\"maxLevel\">2</ac:parameter></ac:structured-macro>",
    "<ac:structured-macro ac:name=\"excerpt\"><ac:rich-text-body><p>x</p></ac:rich-text-body></ac:structured-macro>",
];

#[test]
fn storage_survives_the_way_to_a_document_and_back() {
    for storage in KEPT {
        let document = from_storage(storage).unwrap();
        let back = to_storage(&document).unwrap();
        assert_eq!(back, *storage, "through {document}");
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

#[test]
fn what_a_macro_in_a_line_says_is_not_lost() {
    let storage = "<p>a <ac:structured-macro ac:name=\"anchor\"><ac:parameter ac:name=\"\">here</ac:parameter>\
        </ac:structured-macro></p>";
    let extension = &content(storage)[0]["content"][1];
    assert_eq!(
        (&extension["type"], &extension["attrs"]["extensionKey"]),
        (&json!("inlineExtension"), &json!("anchor"))
    );
}

#[test]
fn columns_keep_their_widths_beside_cells_that_reach_down() {
    let storage = "<table><colgroup><col style=\"width: 10px;\"/><col style=\"width: 20px;\"/><col style=\"width: 30px;\"/>\
        </colgroup><tbody><tr><td rowspan=\"2\">a</td><td>b</td><td>c</td></tr><tr><td colspan=\"2\">d</td></tr>\
        <tr><td>e</td></tr></tbody></table>";
    let rows = content(storage)[0]["content"].clone();
    let widths = |row: usize, cell: usize| rows[row]["content"][cell]["attrs"]["colwidth"].clone();
    assert_eq!((widths(0, 0), widths(0, 2)), (json!([10]), json!([30])));
    assert_eq!(widths(1, 0), json!([20, 30]), "the first column is taken from above");
    assert_eq!(widths(2, 0), json!([10]));
}
