//! What documents measure.

use serde_json::json;

use super::*;

const WIDE: Bounds = Bounds { depth: 100, values: 1_000_000, memory: 1 << 30 };

fn size(text: &str) -> (usize, usize) {
    let size = measure(text.as_bytes(), &WIDE).unwrap();
    (size.depth, size.values)
}

#[test]
fn depth_and_values_are_counted() {
    let table = [
        ("", (0, 1)),
        ("null", (0, 1)),
        (r#""a,b[{\"]""#, (0, 1)),
        ("[]", (1, 1)),
        ("[ ]", (1, 1)),
        ("[[],[]]", (2, 3)),
        ("[1,2,3]", (1, 4)),
        (r#"{"a":1}"#, (1, 2)),
        (r#"{"a":{"b":[1,"x,y",null]},"c":"\\"}"#, (3, 7)),
        (r#"["\\",1]"#, (1, 3)),
    ];
    for (text, expected) in table {
        assert_eq!(size(text), expected, "{text}");
    }
}

#[test]
fn g1_what_exceeds_a_bound_is_refused_before_it_is_built() {
    let bounds = Bounds { depth: 3, values: 10, memory: 4096 };
    let at = |text: String| measure(text.as_bytes(), &bounds).map(|_| ());
    assert_eq!(at("[[[1]]]".to_owned()), Ok(()));
    assert_eq!(at("[[[[1]]]]".to_owned()), Err(Exceeded::Depth(3)));
    assert_eq!(at(format!("[{}1]", "1,".repeat(8))), Ok(()));
    assert_eq!(at(format!("[{}1]", "1,".repeat(9))), Err(Exceeded::Values(10)));
    assert_eq!(at(format!("\"{}\"", "x".repeat(3000))), Ok(()));
    assert_eq!(at(format!("\"{}\"", "x".repeat(4096))), Err(Exceeded::Memory(4096)));
    // A text that never ends, or is not JSON, is measured all the same.
    assert_eq!(at(format!("\"{}", "x".repeat(4096))), Err(Exceeded::Memory(4096)));
    assert_eq!(at("[".repeat(100_000)), Err(Exceeded::Depth(3)));
    assert_eq!(at("]".repeat(100_000)), Ok(()));
}

#[test]
fn a_document_is_read_within_its_bounds() {
    let bounds = Bounds { depth: 2, ..WIDE };
    assert_eq!(read(br#"{"a":[1]}"#, &bounds).unwrap(), json!({"a": [1]}));
    assert!(read(b"[[[]]]", &bounds).unwrap_err().to_string().starts_with("it is nested too deeply"));
    assert!(read(b"{", &bounds).unwrap_err().to_string().starts_with("it is not JSON"));
}
