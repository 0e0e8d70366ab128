//! Answers for clients that take so many bytes and no more.
//!
//! Published gRPC libraries refuse messages of more than 4 MiB, and their users seldom can change that; Confluence has
//! bodies of 5 MB. What a client would refuse whole is cut where it is longest, and says so.

use prost::Message as _;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value};

use crate::proto::tools::ExecuteToolResponse;

/// The most that gRPC libraries take in one message, in bytes.
pub(crate) const GRPC_MESSAGE: usize = 4 * 1024 * 1024;
/// What the note about a cut may take.
const NOTE: usize = 12 * 1024;
/// The most characters of a place that the note names.
const LONGEST_NAME: usize = 120;
/// The longest path that the note names, in bytes.
const LONGEST_PATH: usize = 1000;
/// Texts that are shorter are not cut: what is left of them would be of no use.
const WORTH_CUTTING: usize = 16 * 1024;
/// How many texts are cut at most.
const MOST_CUTS: usize = 20;

/// Nothing in an answer is long enough to be cut.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Uncuttable;

/// One text that was cut.
struct Cut {
    /// Where it stands, in names joined by dots.
    at: String,
    /// Its whole length, in bytes.
    whole: usize,
    /// How many of them are there.
    given: usize,
}

/// Whether a client takes answers of any size: Connect's libraries do, and the Node SDK, which is built on them and puts
/// its own name first.
pub(crate) fn takes_all(user_agent: Option<&str>) -> bool {
    user_agent.is_some_and(|it| it.starts_with("connect-") || it.starts_with("Scalekit-Node/"))
}

/// Cuts the longest texts of an answer until it has at most `most` bytes, and says where the rest is to be had. `path`
/// is what a raw request would read the same with, if it would.
pub(crate) fn fit(
    reply: &mut ExecuteToolResponse,
    most: usize,
    path: Option<&str>,
) -> Result<(), Uncuttable> {
    let length = reply.encoded_len();
    let Some(data) = reply.data.as_mut().filter(|_| length > most) else { return Ok(()) };
    let mut excess = length + NOTE - most;
    let mut cuts = Vec::new();
    while excess > 0 {
        let mut longest = Longest::default();
        longest.search(data.fields.values(), &mut Vec::new());
        if longest.length < WORTH_CUTTING || cuts.len() == MOST_CUTS {
            return Err(Uncuttable);
        }
        let (at, text) = text_at(data, &longest.place).ok_or(Uncuttable)?;
        let whole = text.len();
        let given = text.floor_char_boundary(whole.saturating_sub(excess).max(WORTH_CUTTING / 2));
        text.truncate(given);
        text.shrink_to_fit();
        excess = excess.saturating_sub(whole - given);
        cuts.push(Cut { at, whole, given });
    }
    put(data, "cut", list(&cuts));
    put(data, "note", Kind::StringValue(note(most, path)));
    Ok(())
}

fn note(most: usize, path: Option<&str>) -> String {
    let path = path.filter(|it| it.len() <= LONGEST_PATH);
    let raw = path.map_or("a raw request through /proxy".to_owned(), |path| format!("GET /proxy{path}"));
    format!(
        "This client takes {most} bytes at most, so the texts named in `cut` are not whole. Read the rest with {raw}, \
         with POST /api/v1/execute_tool (REST), or with the Node SDK, all of which pass on answers of any size. Do not \
         write a cut text back."
    )
}

fn list(cuts: &[Cut]) -> Kind {
    #[expect(clippy::cast_precision_loss, reason = "the wire has doubles only, and no text is that long")]
    let number = |count: usize| Kind::NumberValue(count as f64);
    let entry = |cut: &Cut| {
        let mut entry = Struct::default();
        put(&mut entry, "at", Kind::StringValue(cut.at.clone()));
        put(&mut entry, "bytes", number(cut.whole));
        put(&mut entry, "given", number(cut.given));
        Value { kind: Some(Kind::StructValue(entry)) }
    };
    Kind::ListValue(ListValue { values: cuts.iter().map(entry).collect() })
}

fn put(data: &mut Struct, name: &str, kind: Kind) {
    data.fields.insert(name.to_owned(), Value { kind: Some(kind) });
}

/// The longest text found so far, and its place: which member or element at each level.
#[derive(Default)]
struct Longest {
    length: usize,
    place: Vec<usize>,
}

impl Longest {
    fn search<'a>(&mut self, values: impl Iterator<Item = &'a Value>, place: &mut Vec<usize>) {
        for (number, value) in values.enumerate() {
            place.push(number);
            match &value.kind {
                Some(Kind::StringValue(text)) if text.len() > self.length => {
                    self.length = text.len();
                    self.place.clone_from(place);
                }
                Some(Kind::StructValue(inner)) => self.search(inner.fields.values(), place),
                Some(Kind::ListValue(list)) => self.search(list.values.iter(), place),
                _ => {}
            }
            place.pop();
        }
    }
}

/// The text at a place, with the names that lead there.
fn text_at<'a>(data: &'a mut Struct, place: &[usize]) -> Option<(String, &'a mut String)> {
    let (first, rest) = place.split_first()?;
    let (name, mut value) = data.fields.iter_mut().nth(*first)?;
    let mut names = short(name);
    for step in rest {
        names.push('.');
        value = match value.kind.as_mut()? {
            Kind::StructValue(inner) => {
                let (name, value) = inner.fields.iter_mut().nth(*step)?;
                names.push_str(&short(name));
                value
            }
            Kind::ListValue(list) => {
                names.push_str(&step.to_string());
                list.values.get_mut(*step)?
            }
            _ => return None,
        };
    }
    match value.kind.as_mut()? {
        Kind::StringValue(text) => Some((short(&names), text)),
        _ => None,
    }
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wire::struct_value::{from_struct, to_struct};

    fn reply(data: &serde_json::Value) -> ExecuteToolResponse {
        ExecuteToolResponse {
            data: Some(to_struct(data.as_object().unwrap().clone())),
            execution_id: "exec_1".to_owned(),
        }
    }

    #[test]
    fn a_long_body_is_cut_and_says_where_the_rest_is() {
        let whole = "é".repeat(100_000);
        let mut reply = reply(&json!({"id": "7", "body": {"storage": {"value": whole}}, "labels": ["x"]}));
        fit(&mut reply, 150_000, Some("/wiki/api/v2/pages/7?body-format=storage")).unwrap();
        assert!(reply.encoded_len() <= 150_000 && reply.encoded_len() > 130_000, "{}", reply.encoded_len());
        let data = serde_json::Value::Object(from_struct(reply.data.unwrap()));
        let given = data["body"]["storage"]["value"].as_str().unwrap();
        assert!(whole.starts_with(given) && given.len() > 130_000);
        assert_eq!((&data["id"], &data["labels"]), (&json!("7"), &json!(["x"])), "the rest is as it was");
        assert_eq!(
            data["cut"],
            json!([{"at": "body.storage.value", "bytes": 200_000, "given": given.len()}])
        );
        let note = data["note"].as_str().unwrap();
        assert!(note.contains("GET /proxy/wiki/api/v2/pages/7?body-format=storage"), "{note}");
    }

    #[test]
    fn of_several_texts_as_many_are_cut_as_need_be() {
        let long = "x".repeat(60_000);
        let pages = json!([{"v": long.clone()}, {"v": long.clone()}, {"v": long}]);
        let mut reply = reply(&json!({ "results": pages }));
        fit(&mut reply, 100_000, None).unwrap();
        assert!(reply.encoded_len() <= 100_000);
        let data = serde_json::Value::Object(from_struct(reply.data.unwrap()));
        assert_eq!(data["cut"].as_array().unwrap().len(), 2, "{}", data["cut"]);
        assert!(data["cut"][0]["at"].as_str().unwrap().starts_with("results."));
    }

    #[test]
    fn what_fits_is_left_alone_and_what_is_many_small_things_is_told() {
        let small = reply(&json!({"a": "x".repeat(50_000)}));
        let mut same = small.clone();
        assert_eq!(fit(&mut same, 60_000, None), Ok(()));
        assert_eq!(same, small);
        let mut many = reply(&json!({ "a": vec!["x".repeat(100); 5000] }));
        assert_eq!(fit(&mut many, 100_000, None), Err(Uncuttable));
    }

    #[test]
    fn clients_are_told_apart_by_their_names() {
        for whole in [
            "connect-es/2.1.0 (node/22)",
            "connect-go/1.18",
            "Scalekit-Node/2.11.0 Node/v20.19.2 (linux; x64)",
        ] {
            assert!(takes_all(Some(whole)), "{whole}");
        }
        for other in
            [None, Some("grpc-python/1.70.0 grpc-c/45.0.0 (linux; chttp2)"), Some("grpc-node-js/1.12")]
        {
            assert!(!takes_all(other), "{other:?}");
        }
    }
}
