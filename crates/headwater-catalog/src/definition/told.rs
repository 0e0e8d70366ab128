//! What is told of a tool to those who want more than the definition.

use serde_json::{Map, Value, json};

use super::{Paging, Parameter, Tool};

impl Tool {
    /// The definition with the output schema and an example for every parameter, for callers who ask for few tools:
    /// models that read all of them are spared what they can guess.
    pub fn detailed_definition(&self) -> Map<String, Value> {
        let mut definition = self.definition().clone();
        let properties = definition.get_mut("input_schema").and_then(|it| it.get_mut("properties"));
        if let Some(properties) = properties {
            self.parameters.iter().for_each(|parameter| add_example(properties, parameter));
        }
        if let Some(schema) = &self.output_schema {
            definition.insert("output_schema".to_owned(), schema.clone());
        }
        definition
    }

    /// What programs want to know of it and models do not: the provider's operation, the scopes of which one set is
    /// enough, and how a list goes on.
    pub fn facts(&self) -> Map<String, Value> {
        let paging = match self.paging {
            Some(Paging::Cursor) => json!("cursor"),
            Some(Paging::Start) => json!("start"),
            None => Value::Null,
        };
        let request = format!("{} {}", self.request.method.as_str(), self.request.template());
        let scopes = json!({ "granular": self.scopes.granular, "classic": self.scopes.classic });
        let members = [("request", json!(request)), ("scopes", scopes), ("paging", paging)];
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// Adds an example where the schema of a parameter has none.
fn add_example(properties: &mut Value, parameter: &Parameter) {
    let schema = properties.get_mut(&parameter.name).and_then(Value::as_object_mut);
    if let (Some(schema), Some(example)) = (schema, &parameter.example) {
        schema.entry("examples").or_insert_with(|| json!([example]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_tools::sample;

    #[test]
    fn every_parameter_with_an_example_shows_it_to_those_who_ask() {
        let told = Value::Object(sample().detailed_definition());
        for parameter in &sample().parameters {
            let shown = told.pointer(&format!("/input_schema/properties/{}/examples/0", parameter.name));
            assert_eq!(shown, parameter.example.as_ref(), "{}", parameter.name);
        }
        assert!(sample().parameters.iter().any(|it| it.example.is_some()));
        assert_ne!(told["input_schema"], *sample().input_schema(), "the short definition leaves some out");
    }

    #[test]
    fn programs_are_told_the_operation_its_scopes_and_its_paging() {
        let facts = Value::Object(sample().facts());
        assert_eq!(facts["request"], "PUT /wiki/api/v2/things/{id}/parts/{part}");
        assert_eq!(facts["paging"], "cursor");
        assert_eq!(facts["scopes"]["granular"], json!(sample().scopes.granular));
        assert_eq!(facts["scopes"]["classic"], json!(sample().scopes.classic));
    }
}
