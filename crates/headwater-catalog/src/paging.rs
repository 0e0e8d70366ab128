//! How a list goes on, told in the words of the tool: the arguments that the next call needs.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::definition::{Paging, Tool};

/// The member of a reply that says how to go on.
pub const NEXT_PAGE: &str = "next_page";

/// Adds to the reply of a list that has more pages what to call the same tool with for the next one, such as
/// `"next_page": {"cursor": "eyJ…"}`. The provider's own link stays where it is. A reply without `next_page` is the
/// last one.
pub fn tell(tool: &Tool, reply: &mut Map<String, Value>) {
    let Some(arguments) = tool.paging.and_then(|paging| next(paging, reply)) else { return };
    reply.entry(NEXT_PAGE).or_insert(arguments);
}

fn next(paging: Paging, reply: &Map<String, Value>) -> Option<Value> {
    let link = reply.get("_links")?.get("next")?.as_str()?;
    match paging {
        Paging::Cursor => {
            let cursor = query_value(link, "cursor")?;
            (!cursor.is_empty()).then(|| json!({ "cursor": cursor }))
        }
        Paging::Start => {
            let start: u64 = query_value(link, "start")?.parse().ok()?;
            Some(json!({ "start": start }))
        }
    }
}

/// The decoded value of a name in the query of a link, which may be relative.
pub(crate) fn query_value(link: &str, name: &str) -> Option<String> {
    let (_, query) = link.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    Some(percent_decode_str(value).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_tools::sample;

    fn told(paging: Paging, reply: &Value) -> Value {
        next(paging, reply.as_object().unwrap()).unwrap_or_default()
    }

    #[test]
    fn a_list_with_more_says_what_to_add_to_the_same_call() {
        let link = "/wiki/api/v2/pages?limit=2&cursor=eyJpZCI6IjEifQ%3D%3D";
        let reply = json!({ "results": [], "_links": { "next": link } });
        assert_eq!(told(Paging::Cursor, &reply), json!({ "cursor": "eyJpZCI6IjEifQ==" }));
        let reply = json!({ "_links": { "next": "/rest/api/group?next=true&limit=1&start=25" } });
        assert_eq!(told(Paging::Start, &reply), json!({ "start": 25 }));
    }

    #[test]
    fn the_last_page_and_strange_links_say_nothing() {
        let links =
            [json!({}), json!({ "next": 7 }), json!({ "next": "/x" }), json!({ "next": "/x?cursor=" })];
        for links in links {
            assert_eq!(told(Paging::Cursor, &json!({ "_links": links })), Value::Null, "{links}");
        }
        for next in ["/x?start=many", "/x?start=-1", "/x?restart=1"] {
            assert_eq!(told(Paging::Start, &json!({ "_links": { "next": next } })), Value::Null, "{next}");
        }
        assert_eq!(told(Paging::Cursor, &json!({ "results": [] })), Value::Null);
    }

    #[test]
    fn what_the_provider_says_itself_is_kept() {
        let mut reply =
            json!({ "next_page": "mine", "_links": { "next": "/x?cursor=a" } }).as_object().cloned().unwrap();
        tell(sample(), &mut reply);
        assert_eq!(reply[NEXT_PAGE], json!("mine"));
    }

    #[test]
    fn what_is_told_is_what_the_tool_takes() {
        let mut reply = json!({ "_links": { "next": "/x?cursor=a%2Bb%3D" } }).as_object().cloned().unwrap();
        tell(sample(), &mut reply);
        assert_eq!(reply[NEXT_PAGE], json!({ "cursor": "a+b=" }));
        assert_eq!(sample().parameter("cursor").unwrap().format, Some(crate::definition::Format::Cursor));
    }
}
