//! The calls to try, read from `calls.toml`.

use std::collections::HashMap;

use headwater_catalog::definition::Tool;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What is in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Calls {
    /// What calls are about, by name.
    #[serde(rename = "thing")]
    pub(crate) things: HashMap<String, Recipe>,
    /// Tools whose calls cannot succeed yet, with the status of the answer.
    pub(crate) fails: HashMap<String, u16>,
    /// Tools that answer although nothing has the id in their path, with the status of the answer.
    pub(crate) answers_anyway: HashMap<String, u16>,
    /// Optional parameters, as `tool.parameter`, whose examples need more than the required arguments, and why.
    pub(crate) unfit: HashMap<String, String>,
    /// Arguments that are the same in every family.
    everywhere: Map<String, Value>,
    /// Arguments by family.
    family: HashMap<String, Map<String, Value>>,
    /// Arguments of single tools; optional ones may be among them.
    tool: HashMap<String, Map<String, Value>>,
}

/// How a thing is made or found.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipe {
    /// With which tool.
    pub(crate) tool: String,
    #[serde(default)]
    pub(crate) arguments: Map<String, Value>,
    /// What must be there before.
    pub(crate) after: Option<String>,
    /// Where it stands in the answer, as a JSON Pointer.
    #[serde(default)]
    pub(crate) take: String,
    /// What it is, when the answer does not hold it.
    pub(crate) give: Option<Value>,
}

impl Calls {
    pub(crate) fn read() -> Self {
        toml::from_str(include_str!("calls.toml")).unwrap()
    }

    /// The arguments with which a tool is tried: every required one, and those that the file adds.
    pub(crate) fn arguments(&self, family: &str, tool: &Tool) -> Map<String, Value> {
        let own = self.tool.get(&tool.name);
        let mut arguments = Map::new();
        for parameter in &tool.parameters {
            let own = own.and_then(|it| it.get(&parameter.name));
            let usual = || self.family.get(family)?.get(&parameter.name);
            let usual = || usual().or_else(|| self.everywhere.get(&parameter.name));
            let value = match own {
                Some(value) => Some(value),
                None if parameter.required => usual().or(parameter.example.as_ref()),
                None => None,
            };
            assert!(value.is_some() || !parameter.required, "{}: no `{}`", tool.name, parameter.name);
            arguments.extend(value.map(|it| (parameter.name.clone(), it.clone())));
        }
        arguments
    }

    /// Names of tools, and of their parameters, that the file has and the catalogue does not.
    pub(crate) fn strangers<'a>(&'a self, find: impl Fn(&str) -> Option<&'a Tool>) -> Vec<String> {
        let strange = |(name, arguments): (&String, &Map<String, Value>)| match find(name) {
            None => vec![name.clone()],
            Some(tool) => {
                let unknown = arguments.keys().filter(|it| tool.parameter(it).is_none());
                unknown.map(|it| format!("{name}.{it}")).collect()
            }
        };
        self.tool.iter().flat_map(strange).collect()
    }
}
