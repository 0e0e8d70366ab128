//! Reading queries.

use proptest::prelude::*;

use super::ast::{Clause, Condition, Field, Function, Operand, Operator, Order, Query};
use super::error::CqlError;
use super::parser::parse;

#[test]
fn queries_are_normalised() {
    let table = [
        ("type=page", "type = page"),
        ("TYPE=page and Space.Key=ENG", "type = page AND space.key = ENG"),
        ("title~'release notes'", "title ~ \"release notes\""),
        (
            "(type=page or type=blogpost) and label in (a,\"b c\")",
            "(type = page OR type = blogpost) AND label in (a, \"b c\")",
        ),
        (
            "id=1 and not label=x order by created desc, title",
            "id = 1 AND NOT (label = x) ORDER BY created DESC, title ASC",
        ),
        ("created > now('-4w')", "created > now(\"-4w\")"),
        ("creator = currentUser()", "creator = currentUser()"),
        ("title = \"or\"", "title = \"or\""),
        ("text ~ \"a \\\"b c\\\"\"", "text ~ \"a \\\"b c\\\"\""),
        ("space not in (A, B)", "space not in (A, B)"),
    ];
    for (given, expected) in table {
        assert_eq!(parse(given).map(|query| query.to_string()), Ok(expected.to_owned()), "{given}");
    }
}

#[test]
fn bad_queries_are_refused_in_the_vendors_words() {
    let table = [
        ("", "Could not parse cql : "),
        ("type =", "Could not parse cql : type ="),
        ("type = page and", "Could not parse cql"),
        ("type = (page", "Could not parse cql"),
        ("title = \"open", "Could not parse cql"),
        ("order = 1", "Could not parse cql"),
        ("type = page foo", "Could not parse cql"),
        (
            "status = current",
            "No field exists with the name: 'status'\nDid you mean one of : space, subtype, space.key, siteSearch, space.type",
        ),
        ("created > yesterday()", "No function exists with the name: 'yesterday'"),
        ("not type = page", "Could not parse cql"),
    ];
    for (given, expected) in table {
        let said = parse(given).unwrap_err().to_string();
        assert!(said.starts_with(expected), "{given}: {said}");
    }
}

#[test]
fn the_place_of_a_mistake_is_known() {
    let Err(CqlError::Syntax { offset, expected, .. }) = parse("type = page anb x = 1") else {
        panic!("should be refused")
    };
    assert_eq!((offset, expected), (12, "AND, OR, ORDER BY or the end"));
}

#[test]
fn brackets_do_not_nest_for_ever() {
    let deep = format!("{}type = page{}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(parse(&deep).is_err());
}

fn operand() -> impl Strategy<Value = Operand> {
    prop_oneof![
        "\\PC{0,12}".prop_map(Operand::Text),
        (prop::sample::select(Function::ALL), prop::collection::vec("[-+]?[0-9]{1,2}[dwMyhm]", 0..2))
            .prop_map(|(function, arguments)| Operand::Function(function, arguments)),
    ]
}

fn clause() -> impl Strategy<Value = Condition> {
    (
        prop::sample::select(Field::ALL),
        prop::sample::select(Operator::ALL),
        prop::collection::vec(operand(), 1..3),
    )
        .prop_map(|(field, operator, mut values)| {
            if !matches!(operator, Operator::In | Operator::NotIn) {
                values.truncate(1);
            }
            Condition::Clause(Clause { field, operator, values })
        })
}

fn condition() -> impl Strategy<Value = Condition> {
    clause().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::Or),
            inner.prop_map(|it| Condition::Not(Box::new(it))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(first in clause(), rest in condition(), field in prop::sample::select(Field::ALL), descending: bool) {
        let query = Query { condition: Condition::And(vec![first, rest]), order: vec![Order { field, descending }] };
        let written = query.to_string();
        prop_assert_eq!(parse(&written).map(|it| it.to_string()), Ok(written));
    }

    #[test]
    fn nothing_makes_the_reader_panic(text in "\\PC{0,60}") {
        drop(parse(&text));
    }

    #[test]
    fn near_queries_do_not_make_it_panic_either(text in "(type|title|not|and|or|in|order|by|\\(|\\)|,|=|~|!=|\"|'|\\\\| |a|now\\(){0,20}") {
        drop(parse(&text));
    }
}
