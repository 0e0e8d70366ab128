//! Terms of the index, and cursors.

use super::cursor;
use super::lexicon::Lexicon;
use super::text::match_expression;

#[test]
fn text_becomes_quoted_terms() {
    let table = [
        ("a b", Some("\"a\" AND \"b\"")),
        ("win*", Some("\"win\"*")),
        ("x \"two words\" y", Some("\"x\" AND \"two words\" AND \"y\"")),
        ("NEAR(a b) OR c:d", Some("\"NEAR(a\" AND \"b)\" AND \"OR\" AND \"c:d\"")),
        ("* \" -", None),
        ("", None),
    ];
    for (given, expected) in table {
        assert_eq!(match_expression(given, &Lexicon::default()).as_deref(), expected, "{given}");
    }
}

#[test]
fn patterns_become_the_words_that_they_stand_for() {
    let table = [
        ("w?n", &["wan", "win"][..], Some("(\"wan\" OR \"win\")")),
        ("walrs~", &["walrus"], Some("(\"walrus\")")),
        ("walrs~1", &["walrus"], Some("(\"walrus\")")),
        ("*ing", &[], None),
    ];
    for (given, words, expected) in table {
        let lexicon = Lexicon::of(given, words);
        assert_eq!(match_expression(given, &lexicon).as_deref(), expected, "{given}");
    }
}

#[test]
fn a_cursor_belongs_to_its_query() {
    let written = cursor::write(25, "type = page");
    assert_eq!(cursor::read(&written, "type = page"), Some(25));
    assert_eq!(cursor::read(&written, "type = blogpost"), None);
    for bad in ["", "_t__h_", "_t_x_h_y", "25"] {
        assert_eq!(cursor::read(bad, "type = page"), None, "{bad}");
    }
}
