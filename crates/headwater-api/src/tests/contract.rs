//! Our protos against the names and numbers of those that the published SDKs are generated from.

use std::collections::BTreeMap;

use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor,
    MethodDescriptor,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::proto::DESCRIPTORS;

/// What we have and they do not, on purpose.
const OURS: &[&str] = &[];

/// The published descriptors by full name: the fields of messages, the values of enums, and the types and HTTP bindings of
/// methods.
#[derive(Deserialize)]
struct Published {
    messages: BTreeMap<String, Value>,
    enums: BTreeMap<String, Value>,
    methods: BTreeMap<String, Value>,
}

impl Published {
    fn load() -> Self {
        serde_json::from_str(include_str!("../../facts/published.json")).unwrap()
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A field as the published document writes it.
fn field(field: &FieldDescriptor) -> Value {
    let (kind, name) = match field.kind() {
        Kind::Message(inner) => ("message", inner.full_name().to_owned()),
        Kind::Enum(inner) => ("enum", inner.full_name().to_owned()),
        Kind::String => ("string", String::new()),
        Kind::Bool => ("bool", String::new()),
        Kind::Uint32 => ("uint32", String::new()),
        Kind::Int32 => ("int32", String::new()),
        Kind::Int64 => ("int64", String::new()),
        Kind::Double => ("double", String::new()),
        other => panic!("{}: the published protos have no {other:?}", field.full_name()),
    };
    let optional = field.field_descriptor_proto().proto3_optional();
    json!({
        "number": field.number(),
        "type": kind,
        "type_name": name,
        "label": if field.cardinality() == Cardinality::Repeated { "repeated" } else { "optional" },
        "json_name": field.json_name(),
        "proto3_optional": optional,
        "oneof": field.containing_oneof().filter(|_| !optional).map(|it| it.name().to_owned()),
    })
}

fn published_field(field: &Value) -> Value {
    json!({
        "number": field["number"],
        "type": field["type"],
        "type_name": text_of(&field["type_name"]),
        "label": field["label"],
        "json_name": field["json_name"],
        "proto3_optional": field["proto3_optional"] == true,
        "oneof": field["oneof"],
    })
}

fn compare_message(published: &Published, message: &MessageDescriptor, complaints: &mut Vec<String>) {
    let name = message.full_name();
    let Some(theirs) = published.messages.get(name) else {
        return complaints.push(format!("message {name} is not published"));
    };
    for ours in message.fields() {
        let full_name = ours.full_name().to_owned();
        let found = list(theirs).iter().find(|it| it["name"] == ours.name());
        let (ours, theirs) = (field(&ours), found.map_or(Value::Null, published_field));
        if ours != theirs {
            complaints.push(format!("field {full_name}\n  ours   {ours}\n  theirs {theirs}"));
        }
    }
}

fn compare_enum(published: &Published, form: &EnumDescriptor, complaints: &mut Vec<String>) {
    let values: Vec<Value> =
        form.values().map(|it| json!({"name": it.name(), "number": it.number()})).collect();
    let theirs = published.enums.get(form.full_name()).map(|it| list(it).to_vec());
    if theirs.as_ref() != Some(&values) {
        complaints.push(format!("enum {}\n  ours   {values:?}\n  theirs {theirs:?}", form.full_name()));
    }
}

/// A method as the published document writes it.
fn method(method: &MethodDescriptor) -> Value {
    let extension = method.parent_pool().get_extension_by_name("google.api.http").unwrap();
    let options = method.options();
    let rule = options.get_extension(&extension);
    let rule = rule.as_message().unwrap();
    let more = rule.get_field_by_name("additional_bindings").unwrap();
    let more = more.as_list().unwrap().iter().filter_map(prost_reflect::Value::as_message);
    let bindings: Vec<Value> = [rule].into_iter().chain(more).map(binding).collect();
    json!({"input": method.input().full_name(), "output": method.output().full_name(), "http": bindings})
}

fn binding(rule: &DynamicMessage) -> Value {
    let get = |name: &str| rule.get_field_by_name(name).unwrap().as_str().unwrap().to_owned();
    let verb = ["get", "put", "post", "delete", "patch"].into_iter().find(|it| !get(it).is_empty()).unwrap();
    let mut binding = json!({"verb": verb.to_ascii_uppercase(), "path": get(verb)});
    if !get("body").is_empty() {
        binding["body"] = get("body").into();
    }
    binding
}

fn compare_method(published: &Published, ours: &MethodDescriptor, complaints: &mut Vec<String>) {
    let path = format!("/{}/{}", ours.parent_service().full_name(), ours.name());
    let ours = method(ours);
    let theirs = published
        .methods
        .get(&path)
        .map(|it| json!({"input": it["input"], "output": it["output"], "http": it["http"]}));
    if theirs.as_ref() != Some(&ours) {
        complaints.push(format!("method {path}\n  ours   {ours}\n  theirs {theirs:?}"));
    }
}

#[test]
fn our_protos_are_those_of_the_published_sdks() {
    let published = Published::load();
    let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
    let shared = |name: &str| name.starts_with("scalekit.v1.") && !OURS.contains(&name);
    let mut complaints = Vec::new();
    let mut compared = 0;
    for message in pool.all_messages().filter(|it| shared(it.full_name())) {
        compare_message(&published, &message, &mut complaints);
        compared += 1;
    }
    for form in pool.all_enums().filter(|it| shared(it.full_name())) {
        compare_enum(&published, &form, &mut complaints);
        compared += 1;
    }
    let services = pool.services().filter(|it| shared(it.full_name()));
    for method in services.flat_map(|it| it.methods().collect::<Vec<_>>()) {
        compare_method(&published, &method, &mut complaints);
        compared += 1;
    }
    assert!(compared > 90, "only {compared} things were compared");
    assert!(complaints.is_empty(), "{} differences:\n{}", complaints.len(), complaints.join("\n"));
}
