//! Turns the rules in the protos into Rust code that checks them.

use std::fmt::Write as _;

use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor,
    ReflectMessage as _, Value,
};

/// One `impl Checked` per request message that has rules, or holds messages that have.
pub(crate) fn generate(pool: &DescriptorPool) -> String {
    let mut code = String::new();
    for message in pool.all_messages().filter(|message| of_the_contract(message) && !message.is_map_entry()) {
        let body: String = message.fields().filter_map(|field| statement(pool, &field)).collect();
        let _ = writeln!(
            code,
            "impl Checked for {} {{\n    fn check(&self, found: &mut Findings) {{",
            rust_path(&message)
        );
        if body.is_empty() {
            code.push_str("        let _ = (self, found);\n");
        }
        let _ = writeln!(code, "{body}    }}\n}}\n");
    }
    code
}

/// Messages that clients send and get, not those that describe messages.
fn of_the_contract(message: &MessageDescriptor) -> bool {
    ["scalekit.v1.", "headwater.v1."].iter().any(|it| message.package_name().starts_with(it))
}

fn statement(pool: &DescriptorPool, field: &FieldDescriptor) -> Option<String> {
    let name = field.name();
    let optional = field.field_descriptor_proto().proto3_optional();
    let list = field.cardinality() == Cardinality::Repeated;
    let rules = rules(pool, field);
    match field.kind() {
        Kind::String if list => {
            Some(format!("        found.list(\"{name}\", self.{name}.len(), {});\n", rules?))
        }
        Kind::String if optional => {
            Some(format!("        found.text(\"{name}\", self.{name}.as_deref(), {});\n", rules?))
        }
        Kind::String => Some(format!("        found.text(\"{name}\", Some(&self.{name}), {});\n", rules?)),
        Kind::Uint32 if optional => {
            Some(format!("        found.number(\"{name}\", self.{name}.unwrap_or_default(), {});\n", rules?))
        }
        Kind::Uint32 => Some(format!("        found.number(\"{name}\", self.{name}, {});\n", rules?)),
        Kind::Message(inner) if !list && of_the_contract(&inner) && field.containing_oneof().is_none() => {
            let rules = rules.unwrap_or_else(|| "Rules::NONE".to_owned());
            Some(format!("        found.message(\"{name}\", self.{name}.as_ref(), {rules});\n"))
        }
        _ => None,
    }
}

fn rules(pool: &DescriptorPool, field: &FieldDescriptor) -> Option<String> {
    let extension = pool.get_extension_by_name("headwater.rules")?;
    let options = field.options();
    let value = options.has_extension(&extension).then(|| options.get_extension(&extension).into_owned())?;
    let Value::Message(rules) = value else { return None };
    let mut text = String::from("Rules { ");
    for field in rules.descriptor().fields().filter(|field| rules.has_field(field)) {
        let _ = write!(text, "{}: {}, ", field.name(), literal(&rules, &field));
    }
    text.push_str("..Rules::NONE }");
    Some(text)
}

fn literal(rules: &DynamicMessage, field: &FieldDescriptor) -> String {
    match (rules.get_field(field).as_ref(), field.kind()) {
        (Value::EnumNumber(number), Kind::Enum(form)) => {
            let name = form.get_value(*number).map(|value| value.name().to_owned()).unwrap_or_default();
            let camel: String = name.split('_').map(capitalised).collect();
            format!("Form::{camel}")
        }
        (Value::String(text), _) => format!("{text:?}"),
        (Value::Bool(flag), _) => flag.to_string(),
        (value, _) => value.as_u32().unwrap_or_default().to_string(),
    }
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1.min(word.len()));
    format!("{first}{}", rest.to_ascii_lowercase())
}

/// `scalekit.v1.tools.Filter` becomes `crate::proto::tools::Filter`; prost writes `GoogleDWDAuth` as `GoogleDwdAuth`.
fn rust_path(message: &MessageDescriptor) -> String {
    let package = message.package_name().rsplit('.').next().unwrap_or_default().to_owned();
    let inner =
        message.full_name().trim_start_matches(message.package_name()).trim_start_matches('.').to_owned();
    let mut parts: Vec<&str> = inner.split('.').collect();
    let name = parts.pop().unwrap_or_default().to_owned();
    let mut path = format!("crate::proto::{package}::");
    for part in parts {
        path += &(snake(part) + "::");
    }
    path + &camel(&name)
}

fn snake(name: &str) -> String {
    let mut text = String::new();
    for (place, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && place > 0 {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// As prost does it: of a run of capitals, only the first of each word stays.
fn camel(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut text = String::new();
    for (place, &letter) in letters.iter().enumerate() {
        let after_capital = place > 0 && letters.get(place - 1).is_some_and(char::is_ascii_uppercase);
        let before_small = letters.get(place + 1).is_some_and(char::is_ascii_lowercase);
        text.push(if after_capital && !before_small { letter.to_ascii_lowercase() } else { letter });
    }
    text
}
