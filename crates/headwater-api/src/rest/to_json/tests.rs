//! What replies look like as JSON.

use prost::Message as _;
use prost_reflect::DescriptorPool;
use serde_json::{Value, json};

use super::*;
use crate::proto::DESCRIPTORS;
use crate::proto::tools::{ExecuteToolResponse, ListToolsResponse, Tool};
use crate::wire::struct_value::to_struct;

fn written(name: &str, message: &[u8]) -> Value {
    let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
    serde_json::from_slice(&write(&pool.get_message_by_name(name).unwrap(), message).unwrap()).unwrap()
}

#[test]
fn a_reply_is_written_as_the_library_would() {
    let data = json!({"a": [1, -2.5, "x\n\u{1f344}", true, null, {}, []], "b": {"c": {}}, "": 0});
    let data = to_struct(data.as_object().unwrap().clone());
    let updated_at = prost_types::Timestamp { seconds: 1_700_000_000, nanos: 0 };
    let tool = Tool {
        definition: Some(data),
        is_default: Some(true),
        updated_at: Some(updated_at),
        tags: vec!["x".to_owned()],
        ..Tool::default()
    };
    let reply = ListToolsResponse { tools: vec![tool, Tool::default()], total_size: 7, ..Default::default() };
    let message = reply.encode_to_vec();
    let name = "scalekit.v1.tools.ListToolsResponse";
    let descriptor = DescriptorPool::decode(DESCRIPTORS).unwrap().get_message_by_name(name).unwrap();
    let options = SerializeOptions::new().use_proto_field_name(true).skip_default_fields(false);
    let library = DynamicMessage::decode(descriptor, &message[..]).unwrap();
    let library = library.serialize_with_options(serde_json::value::Serializer, &options).unwrap();
    // The library writes whole doubles with a point; that apart, both are the same.
    let without_points = |text: String| text.replace(".0,", ",").replace(".0}", "}");
    let sorted = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(written(name, &message), sorted(&without_points(library.to_string())));
}

#[test]
fn whole_numbers_have_no_point_wherever_they_stand() {
    let data =
        json!({"deep": [{"version": 1.0}, [9_007_199_254_740_992.0, -9_007_199_254_740_992.0, 0.5, 1e300]]});
    let data = Some(to_struct(data.as_object().unwrap().clone()));
    let message = ExecuteToolResponse { data, ..Default::default() }.encode_to_vec();
    let written = written("scalekit.v1.tools.ExecuteToolResponse", &message);
    let expected = r#"{"deep":[{"version":1},[9007199254740992,-9007199254740992,0.5,1e+300]]}"#;
    assert_eq!(written["data"].to_string(), expected);
}

#[test]
fn g1_a_reply_without_a_bottom_is_refused() {
    let mut value = Vec::new();
    for _ in 0..2_000 {
        for tag in [0x0a_u8, 0x32] {
            let mut outer = vec![tag];
            prost::encoding::encode_varint(value.len() as u64, &mut outer);
            outer.append(&mut value);
            value = outer;
        }
    }
    let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
    let descriptor = pool.get_message_by_name("google.protobuf.Value").unwrap();
    assert_eq!(write(&descriptor, &value[2..]), Err(Malformed));
}

/// Every kind that a field of the contract has can be written.
#[test]
fn no_field_of_the_contract_is_of_another_kind() {
    let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
    let ours = pool
        .all_messages()
        .filter(|it| it.full_name().starts_with("scalekit.") || it.full_name().starts_with("headwater."));
    for field in ours.flat_map(|it| it.fields().collect::<Vec<_>>()) {
        let known = matches!(
            field.kind(),
            Kind::Message(_)
                | Kind::String
                | Kind::Bytes
                | Kind::Bool
                | Kind::Int32
                | Kind::Uint32
                | Kind::Int64
                | Kind::Uint64
                | Kind::Double
                | Kind::Enum(_)
        );
        assert!(known, "{}", field.full_name());
        let packed =
            field.is_list() && !matches!(field.kind(), Kind::Message(_) | Kind::String | Kind::Bytes);
        assert!(
            !packed,
            "{}: lists of numbers are packed, which the writer does not read",
            field.full_name()
        );
    }
}
