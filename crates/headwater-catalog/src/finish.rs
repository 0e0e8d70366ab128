//! What is done to the answer of one call because of its arguments: an order that the provider does not have, and what
//! to try when nothing was found.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use crate::arguments::Arguments;
use crate::definition::{Parameter, SortedHere, Tool};
use crate::paging::NEXT_PAGE;

/// The member of an answer that says what the caller should know about it.
pub const HINT: &str = "hint";
/// The member of a list's answer that holds the list.
const RESULTS: &str = "results";

/// What is left to do when a call was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finish {
    order: Option<Order>,
    /// What to try when the list is empty.
    if_nothing: Vec<String>,
}

/// An order of results that is made here, within one page of them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Order {
    member: String,
    descending: bool,
    /// What to say when there are more results than those that were put into order.
    if_more: String,
}

impl Finish {
    /// What the arguments of a call ask for.
    pub(crate) fn new(tool: &Tool, arguments: &Arguments) -> Self {
        let given = || tool.parameters.iter().filter_map(|it| Some((it, arguments.get(&it.name)?.as_str()?)));
        let order = given().find_map(|(parameter, value)| {
            sorts_here(parameter, value).map(|sorted| Order {
                member: value.trim_start_matches('-').to_owned(),
                descending: value.starts_with('-'),
                if_more: sorted.if_more.clone(),
            })
        });
        let hints = given().filter_map(|(parameter, _)| parameter.if_nothing.clone());
        Self { order, if_nothing: hints.collect() }
    }

    /// Does it. The answer must have been told how it goes on before.
    pub fn apply(&self, reply: &mut Map<String, Value>) {
        let more = reply.contains_key(NEXT_PAGE);
        let Some(results) = reply.get_mut(RESULTS).and_then(Value::as_array_mut) else { return };
        let mut hints = Vec::new();
        if results.is_empty() && !more {
            hints.extend(self.if_nothing.iter().map(String::as_str));
        }
        if let Some(order) = &self.order {
            results.sort_by(|one, other| order.compare(one, other));
            hints.extend(more.then_some(order.if_more.as_str()));
        }
        if !hints.is_empty() {
            reply.entry(HINT).or_insert(json!(hints.join(" ")));
        }
    }
}

/// How results are put into order here, when the value of a parameter asks for an order that the provider does not have.
pub(crate) fn sorts_here<'a>(parameter: &'a Parameter, value: &str) -> Option<&'a SortedHere> {
    let ours = |it: &&SortedHere| it.members.iter().any(|member| member == value.trim_start_matches('-'));
    parameter.sorted_here.as_ref().filter(ours)
}

impl Order {
    /// Compares as people sort names: without regard to case, unless that alone tells them apart.
    fn compare(&self, one: &Value, other: &Value) -> Ordering {
        let text =
            |value: &Value| value.get(&self.member).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (one, other) = (text(one), text(other));
        let order = one.to_lowercase().cmp(&other.to_lowercase()).then_with(|| one.cmp(&other));
        if self.descending { order.reverse() } else { order }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_tools::sample;

    fn finished(arguments: Value, reply: Value) -> Value {
        let (Value::Object(mut arguments), Value::Object(mut reply)) = (arguments, reply) else {
            panic!("objects")
        };
        arguments.extend([("id".to_owned(), json!("7")), ("part".to_owned(), json!("a"))]);
        let arguments = Arguments::check(sample(), arguments).unwrap();
        Finish::new(sample(), &arguments).apply(&mut reply);
        Value::Object(reply)
    }

    #[test]
    fn an_empty_list_says_what_to_try_if_the_argument_explains_it() {
        let hint = finished(json!({"exact": "a"}), json!({"results": []}));
        assert_eq!(hint[HINT], "Names match whole: search for parts of them.");
        for (arguments, reply) in [
            (json!({}), json!({"results": []})),
            (json!({"exact": "a"}), json!({"results": [1]})),
            (json!({"exact": "a"}), json!({"results": [], "next_page": {}})),
            (json!({"exact": "a"}), json!({"body": []})),
        ] {
            assert_eq!(finished(arguments, reply).get(HINT), None);
        }
    }

    #[test]
    fn an_order_that_the_provider_lacks_is_made_here_and_says_when_it_is_not_whole() {
        let results = json!([{"title": "b"}, {"title": "C"}, {"title": "a"}, {}]);
        let sorted = finished(json!({"order": "title"}), json!({ "results": results }));
        assert_eq!(sorted["results"], json!([{}, {"title": "a"}, {"title": "b"}, {"title": "C"}]));
        assert_eq!(sorted.get(HINT), None);
        let page = finished(json!({"order": "-title"}), json!({ "results": results, "next_page": {} }));
        assert_eq!(page["results"], json!([{"title": "C"}, {"title": "b"}, {"title": "a"}, {}]));
        assert_eq!(page[HINT], "In order within this page only.");
    }
}
