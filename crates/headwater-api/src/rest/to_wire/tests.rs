//! What JSON becomes as messages.

use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use serde_json::{Value, json};

use super::*;
use crate::proto::DESCRIPTORS;

fn descriptor(name: &str) -> MessageDescriptor {
    DescriptorPool::decode(DESCRIPTORS).unwrap().get_message_by_name(name).unwrap()
}

fn write(name: &str, text: &str) -> Result<Value, String> {
    let descriptor = descriptor(name);
    let mut out = Writer::default();
    let mut json = serde_json::Deserializer::from_str(text);
    MessageSeed { descriptor: &descriptor, out: &mut out, except: &[] }
        .deserialize(&mut json)
        .and_then(|()| json.end())
        .map_err(|error| error.to_string())?;
    let message = DynamicMessage::decode(descriptor, &out.finish()[..]).unwrap();
    let options = SerializeOptions::new().use_proto_field_name(true);
    Ok(message.serialize_with_options(serde_json::value::Serializer, &options).unwrap())
}

const EXECUTE: &str = "scalekit.v1.tools.ExecuteToolRequest";
const LIST: &str = "scalekit.v1.tools.ListToolsRequest";
const CONNECTION: &str = "scalekit.v1.connections.UpdateEnvironmentConnectionRequest";

#[test]
fn any_json_becomes_the_message_that_the_library_reads() {
    let params = json!({"a": [1.0, -2.5, "x", true, null, {}, []], "b": {"c": {"é": "\u{1f344}"}}, "": 9_007_199_254_740_992_f64});
    let request = json!({"tool_name": "t", "connector": "", "params": params});
    assert_eq!(write(EXECUTE, &request.to_string()), Ok(request));
    assert_eq!(write(EXECUTE, r#"{"toolName":"t","identifier":null}"#), Ok(json!({"tool_name": "t"})));
    let request = json!({"page_size": 7, "filter": {"summary": true, "tool_name": ["a", "b"]}});
    assert_eq!(write(LIST, &request.to_string()), Ok(request));
    assert!(write(LIST, r#"{"page_size":"7.0"}"#).is_err());
    assert_eq!(write(LIST, r#"{"pageSize":7.0}"#), Ok(json!({"page_size": 7})));
    let request =
        json!({"connection": {"type": "OAUTH", "oauth_config": {"client_id": "x", "pkce_enabled": false}}});
    assert_eq!(write(CONNECTION, &request.to_string()), Ok(request));
}

#[test]
fn a_name_that_is_given_twice_is_refused_at_every_depth() {
    for text in [
        r#"{"tool_name":"a","tool_name":"b"}"#,
        r#"{"tool_name":"a","toolName":"b"}"#,
        r#"{"tool_name":null,"toolName":"b"}"#,
        r#"{"params":{"a":1,"a":1}}"#,
        r#"{"params":{"a":1,"\u0061":2}}"#,
        r#"{"params":{"x":[{"b":{"a":null,"a":null}}]}}"#,
    ] {
        assert!(write(EXECUTE, text).unwrap_err().contains("given twice"), "{text}");
    }
}

#[test]
fn what_does_not_fit_is_told_without_the_value() {
    let secret = "s".repeat(200_000);
    let table = [
        (EXECUTE, format!(r#"{{"params":"{secret}"}}"#), "`params` must be an object"),
        (EXECUTE, format!(r#"{{"tool_name":["{secret}"]}}"#), "`tool_name` must be a string"),
        (EXECUTE, format!(r#"{{"{secret}":1}}"#), "there is no field"),
        (EXECUTE, r#"{"params":{"a":1e999}}"#.to_owned(), "number out of range"),
        (LIST, format!(r#"{{"page_size":"{secret}"}}"#), "`page_size` must be a whole number"),
        (LIST, r#"{"page_size":4294967296}"#.to_owned(), "`page_size` must be a whole number"),
        (LIST, r#"{"page_size":-1}"#.to_owned(), "`page_size` must be a whole number"),
        (LIST, r#"{"filter":{"tool_name":[null]}}"#.to_owned(), "`tool_name` must be a string"),
        (LIST, r#"{"filter":{"summary":{}}}"#.to_owned(), "`summary` must be true or false"),
        (CONNECTION, r#"{"connection":{"type":"MAGIC"}}"#.to_owned(), "`type` must be one of"),
    ];
    for (name, text, told) in table {
        let error = write(name, &text).unwrap_err();
        assert!(error.contains(told) && error.len() < 1200, "{told}: {}", &error[..error.len().min(300)]);
    }
}
