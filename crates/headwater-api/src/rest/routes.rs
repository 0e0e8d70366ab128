//! Which method a verb and path belong to.

use http::Method;
use percent_encoding::percent_decode_str;
use prost_reflect::{DescriptorError, DescriptorPool, DynamicMessage, MethodDescriptor, Value};

use crate::proto::DESCRIPTORS;

/// All HTTP bindings of the protos.
pub(super) struct Routes(Vec<Binding>);

/// One way to reach a method.
pub(super) struct Binding {
    verb: &'static str,
    segments: Vec<Segment>,
    /// Where the HTTP body goes.
    pub(super) body: BodyPlace,
    /// The method.
    pub(super) method: MethodDescriptor,
}

/// Where the HTTP body goes.
pub(super) enum BodyPlace {
    /// There is none; the query holds the fields.
    None,
    /// It is the message, but for what the path holds.
    Whole,
    /// It is one field of the message.
    Field(String),
}

enum Segment {
    Literal(String),
    Variable { name: String, suffix: String },
}

/// A binding that fits, with the values of its path variables.
pub(super) struct Found<'a> {
    pub(super) binding: &'a Binding,
    pub(super) variables: Vec<(String, String)>,
}

/// What became of a look-up.
pub(super) enum Match<'a> {
    Found(Found<'a>),
    OtherMethods(Vec<&'static str>),
    None,
}

impl Routes {
    /// Reads the bindings of every method.
    pub(super) fn load() -> Result<Self, DescriptorError> {
        let pool = DescriptorPool::decode(DESCRIPTORS)?;
        let mut bindings = Vec::new();
        if let Some(extension) = pool.get_extension_by_name("google.api.http") {
            for method in pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
                let options = method.options();
                if let Value::Message(rule) = options.get_extension(&extension).as_ref() {
                    collect(rule, &method, &mut bindings);
                }
            }
        }
        // The more that is fixed, the earlier: `/connected_accounts/auth` before `/connected_accounts/{id}`, and
        // `/connections/{id}:disable` before `/connections/{id}`.
        bindings.sort_by_key(Binding::looseness);
        Ok(Self(bindings))
    }

    /// Finds the binding of a request.
    pub(super) fn find(&self, verb: &Method, path: &str) -> Match<'_> {
        let mut others = Vec::new();
        for binding in &self.0 {
            let Some(variables) = binding.matches(path) else { continue };
            if binding.verb == verb.as_str() {
                return Match::Found(Found { binding, variables });
            }
            if !others.contains(&binding.verb) {
                others.push(binding.verb);
            }
        }
        if others.is_empty() { Match::None } else { Match::OtherMethods(others) }
    }
}

fn collect(rule: &DynamicMessage, method: &MethodDescriptor, bindings: &mut Vec<Binding>) {
    for (field, verb) in
        [("get", "GET"), ("put", "PUT"), ("post", "POST"), ("delete", "DELETE"), ("patch", "PATCH")]
    {
        let path = rule
            .get_field_by_name(field)
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default();
        if !path.is_empty() {
            let body = rule.get_field_by_name("body").and_then(|value| value.as_str().map(str::to_owned));
            let body = match body.as_deref() {
                None | Some("") => BodyPlace::None,
                Some("*") => BodyPlace::Whole,
                Some(name) => BodyPlace::Field(name.to_owned()),
            };
            bindings.push(Binding { verb, segments: segments(&path), body, method: method.clone() });
        }
    }
    let more = rule.get_field_by_name("additional_bindings");
    for value in more.as_ref().and_then(|value| value.as_list()).unwrap_or_default() {
        if let Value::Message(rule) = value {
            collect(rule, method, bindings);
        }
    }
}

fn segments(path: &str) -> Vec<Segment> {
    path.split('/')
        .map(|text| match text.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            Some((name, suffix)) => Segment::Variable { name: name.to_owned(), suffix: suffix.to_owned() },
            None => Segment::Literal(text.to_owned()),
        })
        .collect()
}

impl Binding {
    /// How many variables there are, those without a fixed ending counted twice.
    fn looseness(&self) -> usize {
        let loose = |segment: &Segment| match segment {
            Segment::Literal(_) => 0,
            Segment::Variable { suffix, .. } if suffix.is_empty() => 2,
            Segment::Variable { .. } => 1,
        };
        self.segments.iter().map(loose).sum()
    }

    fn matches(&self, path: &str) -> Option<Vec<(String, String)>> {
        let parts: Vec<&str> = path.split('/').collect();
        if parts.len() != self.segments.len() {
            return None;
        }
        let mut variables = Vec::new();
        for (segment, part) in self.segments.iter().zip(parts) {
            match segment {
                Segment::Literal(text) if text == part => {}
                Segment::Literal(_) => return None,
                Segment::Variable { name, suffix } => {
                    let value = part.strip_suffix(suffix.as_str()).filter(|value| !value.is_empty())?;
                    variables
                        .push((name.clone(), percent_decode_str(value).decode_utf8().ok()?.into_owned()));
                }
            }
        }
        Some(variables)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(routes: &Routes, verb: &Method, path: &str) -> String {
        match routes.find(verb, path) {
            Match::Found(found) => format!("{} {:?}", found.binding.method.name(), found.variables),
            Match::OtherMethods(others) => format!("only {others:?}"),
            Match::None => "none".to_owned(),
        }
    }

    #[test]
    fn bindings_of_the_protos_are_found() {
        let routes = Routes::load().unwrap();
        let table = [
            (Method::POST, "/api/v1/execute_tool", "ExecuteTool []"),
            (Method::POST, "/api/v1/tools:search", "SearchTools []"),
            (Method::GET, "/api/v1/execute_tool", "only [\"POST\"]"),
            (Method::GET, "/api/v1/connected_accounts/auth", "GetConnectedAccountAuth []"),
            (Method::GET, "/api/v1/connected_accounts/ca_1", "GetConnectedAccount [(\"id\", \"ca_1\")]"),
            (
                Method::POST,
                "/api/v1/connected_accounts/ca_1:disconnect",
                "DisconnectConnectedAccount [(\"id\", \"ca_1\")]",
            ),
            (Method::GET, "/api/v1/connected_accounts:search", "SearchConnectedAccounts []"),
            (
                Method::PATCH,
                "/api/v1/connections/conn_1:disable",
                "DisableEnvironmentConnection [(\"connection_id\", \"conn_1\")]",
            ),
            (Method::GET, "/api/v2/tools", "none"),
        ];
        for (verb, path, expected) in table {
            assert_eq!(find(&routes, &verb, path), expected, "{path}");
        }
    }
}
