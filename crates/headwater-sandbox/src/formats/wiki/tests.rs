//! Wiki markup and the storage format it becomes.

use proptest::prelude::*;

use super::to_storage;
use crate::formats::storage_format::References;
use crate::formats::{adf, storage_format};

fn check(cases: &[(&str, &str)]) {
    for (wiki, storage) in cases {
        assert_eq!(to_storage(wiki), *storage, "{wiki}");
        storage_format::check_storage(storage).unwrap_or_else(|problem| panic!("{wiki}: {problem}"));
    }
}

#[test]
fn blocks_are_told_by_how_lines_begin() {
    check(&[
        ("", ""),
        ("one", "<p>one</p>"),
        ("one\ntwo\n\nthree", "<p>one<br />two</p><p>three</p>"),
        ("h1. Title\nText", "<h1>Title</h1><p>Text</p>"),
        ("h6. *Six*", "<h6><strong>Six</strong></h6>"),
        ("h7. Seven", "<p>h7. Seven</p>"),
        ("hello. world", "<p>hello. world</p>"),
        ("bq. said", "<blockquote><p>said</p></blockquote>"),
        ("a\n----\nb", "<p>a</p><hr /><p>b</p>"),
    ]);
}

#[test]
fn lists_nest_by_the_length_of_their_markers() {
    check(&[
        ("* a\n* b", "<ul><li>a</li><li>b</li></ul>"),
        ("# a\n## b\n# c", "<ol><li>a<ol><li>b</li></ol></li><li>c</li></ol>"),
        ("* a\n*# b\n*# c", "<ul><li>a<ol><li>b</li><li>c</li></ol></li></ul>"),
        ("* a\n# b", "<ul><li>a</li></ul><ol><li>b</li></ol>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("** deep", "<ul><li><ul><li>deep</li></ul></li></ul>"),
        ("*bold* start", "<p><strong>bold</strong> start</p>"),
        ("-- dash", "<p>\u{2013} dash</p>"),
    ]);
}

#[test]
fn tables_have_headings_and_cells() {
    check(&[
        (
            "||a||b||\n|1|2|",
            "<table><tbody><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></tbody></table>",
        ),
        ("|| h | c |", "<table><tbody><tr><th>h</th><td>c</td></tr></tbody></table>"),
        (
            "|[x|https://e.com]|y|",
            "<table><tbody><tr><td><a href=\"https://e.com\">x</a></td><td>y</td></tr></tbody></table>",
        ),
        ("|a [b|", "<table><tbody><tr><td>a [b</td></tr></tbody></table>"),
    ]);
}

#[test]
fn marks_stand_at_the_edges_of_words() {
    check(&[
        (
            "*b* _i_ -d- +u+ ^p^ ~s~ ??c??",
            "<p><strong>b</strong> <em>i</em> <del>d</del> <u>u</u> <sup>p</sup> <sub>s</sub> <cite>c</cite></p>",
        ),
        ("*a _b_*", "<p><strong>a <em>b</em></strong></p>"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
        ("snake_case_name", "<p>snake_case_name</p>"),
        ("well-known - fact", "<p>well-known - fact</p>"),
        ("\\*no\\* \\{no}", "<p>*no* {no}</p>"),
        ("a\\\\b", "<p>a<br />b</p>"),
        ("{{x < y}}", "<p><code>x &lt; y</code></p>"),
        ("{color:red}r{color}", "<p><span style=\"color: red;\">r</span></p>"),
        ("a -- b --- c", "<p>a \u{2013} b \u{2014} c</p>"),
        ("(/) done", "<p><ac:emoticon ac:name=\"tick\" /> done</p>"),
        ("a & b <c>", "<p>a &amp; b &lt;c&gt;</p>"),
    ]);
}

#[test]
fn links_lead_to_addresses_pages_people_and_files() {
    check(&[
        (
            "[https://e.com/a?b=1&c]",
            "<p><a href=\"https://e.com/a?b=1&amp;c\">https://e.com/a?b=1&amp;c</a></p>",
        ),
        ("[words|https://e.com]", "<p><a href=\"https://e.com\">words</a></p>"),
        ("see https://e.com/x.", "<p>see <a href=\"https://e.com/x\">https://e.com/x</a>.</p>"),
        ("[Home]", "<p><ac:link><ri:page ri:content-title=\"Home\" /></ac:link></p>"),
        (
            "[go|DOCS:Home#top]",
            "<p><ac:link ac:anchor=\"top\"><ri:page ri:content-title=\"Home\" ri:space-key=\"DOCS\" /><ac:plain-text-link-body><![CDATA[go]]></ac:plain-text-link-body></ac:link></p>",
        ),
        ("[~accountid:712020:ab]", "<p><ac:link><ri:user ri:account-id=\"712020:ab\" /></ac:link></p>"),
        ("[^f.pdf]", "<p><ac:link><ri:attachment ri:filename=\"f.pdf\" /></ac:link></p>"),
        (
            "!a.png|alt=A, width=10!",
            "<p><ac:image ac:alt=\"A\" ac:width=\"10\"><ri:attachment ri:filename=\"a.png\" /></ac:image></p>",
        ),
        ("!https://e.com/i!", "<p><ac:image><ri:url ri:value=\"https://e.com/i\" /></ac:image></p>"),
        ("wow! such! a[] [ b]", "<p>wow! such! a[] [ b]</p>"),
    ]);
}

#[test]
fn macros_hold_plain_text_or_markup() {
    let code = "<ac:structured-macro ac:name=\"code\"><ac:parameter ac:name=\"language\">rust</ac:parameter>\
        <ac:plain-text-body><![CDATA[*a* {info}]]></ac:plain-text-body></ac:structured-macro>";
    let panel = "<ac:structured-macro ac:name=\"panel\"><ac:parameter ac:name=\"title\">T</ac:parameter>\
        <ac:rich-text-body><p>x</p></ac:rich-text-body></ac:structured-macro>";
    let info = "<ac:structured-macro ac:name=\"info\"><ac:rich-text-body><p><strong>i</strong></p>\
        </ac:rich-text-body></ac:structured-macro>";
    let status = "<p><ac:structured-macro ac:name=\"status\"><ac:parameter ac:name=\"colour\">Green</ac:parameter>\
        <ac:parameter ac:name=\"title\">OK</ac:parameter></ac:structured-macro></p>";
    check(&[
        ("{code:rust}\n*a* {info}\n{code}", code),
        ("{panel:title=T}x{panel}", panel),
        ("{info}*i*{info}", info),
        ("{quote}q{quote}", "<blockquote><p>q</p></blockquote>"),
        ("{status:colour=Green|title=OK}", status),
        ("{info} open", "<p>{info} open</p>"),
        ("{unknown}", "<p>{unknown}</p>"),
        (
            "{noformat}]]>{noformat}",
            "<ac:structured-macro ac:name=\"noformat\"><ac:plain-text-body><![CDATA[]]]]><![CDATA[>]]></ac:plain-text-body></ac:structured-macro>",
        ),
    ]);
    assert_eq!(
        to_storage("a\n{info}b{info}\nc"),
        format!("<p>a</p>{}<p>c</p>", info.replace("<strong>i</strong>", "b"))
    );
}

proptest! {
    #[test]
    fn whatever_is_read_is_storage_format(wiki in r"[a-b*#_\-+^~?!|\[\]{}(): /\\\n<&h1.]{0,80}") {
        let storage = to_storage(&wiki);
        prop_assert!(storage_format::check_storage(&storage).is_ok(), "{storage}");
        prop_assert!(adf::from_storage(&storage, &References::default()).is_ok());
    }
}
