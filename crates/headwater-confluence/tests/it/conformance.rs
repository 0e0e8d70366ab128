//! The emulated Confluence against the vendor's OpenAPI document: every operation of REST v2 is there, refuses
//! parameters and bodies that the document does not allow, and answers what the document describes. Where the document is wrong,
//! `defects.toml` says so, with the evidence.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use headwater_catalog::definition::Tool;
use headwater_confluence::{Confluence, Family, families};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::calls::Calls;
use crate::openapi::{OpenApi, Operation, Parameter};
use crate::world::{Raw, World};

/// What is in `defects.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Defects {
    /// What replies break, by operation, or `*`: the message begins so.
    reply: BTreeMap<String, Vec<String>>,
    /// Members that replies have although the document does not know them: the path ends so.
    members: Vec<String>,
    /// Operations that refuse tokens of users, and what they say.
    refused: BTreeMap<String, u16>,
    /// Inputs that are taken although the document does not allow them.
    taken: BTreeMap<String, Vec<String>>,
    /// Inputs that the document allows and that find nothing here, or cannot be had together with the others.
    fruitless: BTreeMap<String, Vec<String>>,
}

/// What one operation came to.
#[derive(Default)]
struct Found {
    problems: Vec<String>,
    refused: bool,
    missing: bool,
    valid: bool,
    wrong_inputs: usize,
    right_inputs: usize,
}

/// An input that the document does not allow.
struct WrongInput {
    /// What is wrong with it, such as `limit=251`.
    name: String,
    path: String,
    body: Option<String>,
}

struct Walk<'a> {
    api: OpenApi,
    defects: Defects,
    confluence: &'a Confluence,
    calls: &'a Calls,
    families: Vec<Family>,
}

#[test]
#[ignore = "compares with documents that are not ours to publish; VENDOR_DOCUMENTS names their folder"]
fn the_sandbox_answers_what_the_vendors_document_describes() {
    let api = OpenApi::second();
    let (confluence, calls) = (Confluence::new().unwrap(), Calls::read());
    let defects = toml::from_str(include_str!("defects.toml")).unwrap();
    let families = families().unwrap();
    let walk = Walk { api, defects, confluence: &confluence, calls: &calls, families };
    let operations = walk.api.operations();
    let found: Vec<(&str, Found)> = std::thread::scope(|scope| {
        let some = operations.chunks(operations.len().div_ceil(4));
        let threads: Vec<_> = some.map(|some| scope.spawn(|| walk.all(some))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut problems = String::new();
    for (name, problem) in found.iter().flat_map(|(name, it)| it.problems.iter().map(move |it| (name, it))) {
        writeln!(problems, "{name}: {problem}").unwrap();
    }
    let count = |which: fn(&Found) -> bool| found.iter().filter(|(_, it)| which(it)).count();
    let (refused, missing) = (count(|it| it.refused), count(|it| it.missing));
    println!(
        "{} operations: {} real, {refused} refused, {missing} missing",
        found.len(),
        found.len() - refused - missing
    );
    let wrong: usize = found.iter().map(|(_, it)| it.wrong_inputs).sum();
    let right: usize = found.iter().map(|(_, it)| it.right_inputs).sum();
    println!(
        "{} replies valid, {wrong} wrong inputs refused, {right} right ones taken",
        count(|it| it.valid)
    );
    assert_eq!(missing, 0);
    assert!(problems.is_empty(), "{} problems:\n{problems}", problems.lines().count());
}

impl Defects {
    fn takes(&self, operation: &Operation<'_>, input: &WrongInput) -> bool {
        names(&self.taken, operation, &input.name)
    }
}

/// Whether a list names an input of an operation, or of all of them.
fn names(list: &BTreeMap<String, Vec<String>>, operation: &Operation<'_>, input: &str) -> bool {
    let known = [operation.name, "*"].into_iter().filter_map(|it| list.get(it)).flatten();
    known.into_iter().any(|it| *it == input)
}

impl Walk<'_> {
    #[tokio::main(flavor = "current_thread")]
    async fn all<'o>(&self, operations: &[Operation<'o>]) -> Vec<(&'o str, Found)> {
        let mut all = Vec::new();
        for operation in operations {
            let found = match self.tool(operation) {
                Some((family, tool)) => self.walk(operation, family, tool).await,
                None => self.without_tool(operation).await,
            };
            all.push((operation.name, found));
        }
        all
    }

    /// The tool that stands for an operation, and its family.
    fn tool(&self, operation: &Operation<'_>) -> Option<(&str, &Tool)> {
        let stands_for = |tool: &&Tool| {
            tool.request.method.as_str() == operation.method && tool.request.template() == operation.template
        };
        let of_family = |family: &'_ Family| family.tools.iter().position(|it| stands_for(&it));
        self.families.iter().find_map(|it| Some((it.name.as_str(), &it.tools[of_family(it)?])))
    }

    /// An operation without a tool, because it is not for agents: it answers, or refuses tokens of users.
    async fn without_tool(&self, operation: &Operation<'_>) -> Found {
        let world = World::new(self.confluence, self.calls).await;
        let path = operation.template.replace(['{', '}'], "");
        let ask = |method: &'static str| world.ask(&world.everything, method, &path, Some("{}"));
        let mut found = Found::default();
        let (status, answer) = match operation.method.as_str() {
            "POST" => ask("POST").await,
            // There must be something to read or to remove.
            method => {
                ask("POST").await;
                world.ask(&world.everything, method, &path, None).await
            }
        };
        if self.defects.refused.get(operation.name) == Some(&status) {
            found.refused = true;
        } else if status == 404 {
            found.missing = true;
        } else {
            let body = serde_json::from_str(&answer).unwrap_or_default();
            self.check(operation, &Raw { status, body }, &mut found);
        }
        found
    }

    async fn walk(&self, operation: &Operation<'_>, family: &str, tool: &Tool) -> Found {
        let mut world = World::new(self.confluence, self.calls).await;
        let mut found = Found::default();
        let pattern = Value::Object(self.calls.arguments(family, tool));
        let Value::Object(arguments) = world.fill(&pattern).await else { unreachable!() };
        found.problems.append(&mut world.problems);
        let token = world.everything.clone();
        let (path, body) = world.request(tool, arguments.clone());
        for wrong in self.wrong_inputs(operation, &path, body.as_ref()) {
            let (status, answer) =
                world.ask(&token, &operation.method, &wrong.path, wrong.body.as_deref()).await;
            if status != 400 && !self.defects.takes(operation, &wrong) {
                found.problems.push(format!("{status} for {}: {answer}", wrong.name));
            }
            found.wrong_inputs += 1;
        }
        if operation.method == "GET" {
            self.take_right_inputs(operation, &world, &path, &mut found).await;
        }
        world.call(&token, tool, arguments).await;
        let reply = world.replies.borrow_mut().pop().expect("a reply to the call");
        self.check(operation, &reply, &mut found);
        found
    }

    /// Asks once more for each value that the document lists: it must be taken, and what comes back be as described.
    async fn take_right_inputs(
        &self,
        operation: &Operation<'_>,
        world: &World<'_>,
        path: &str,
        found: &mut Found,
    ) {
        for parameter in self.api.parameters(operation).iter().filter(|it| !it.in_path) {
            for value in self.right_values(parameter) {
                let input = format!("{}={value}", parameter.name);
                let path = with_query(path, parameter.name, &value);
                let (status, answer) = world.ask_whole(&world.everything, "GET", &path).await;
                if status >= 400 {
                    if !names(&self.defects.fruitless, operation, &input) {
                        found.problems.push(format!("{status} for the right input {input}: {answer}"));
                    }
                    continue;
                }
                found.right_inputs += 1;
                let body = serde_json::from_str(&answer).unwrap_or_default();
                let before = found.problems.len();
                self.check(operation, &Raw { status, body }, found);
                for problem in found.problems.iter_mut().skip(before) {
                    *problem = format!("{problem} (with {input})");
                }
            }
        }
    }

    /// Values that a parameter's schema lists: words, switches, and the bounds of numbers.
    fn right_values(&self, parameter: &Parameter<'_>) -> Vec<String> {
        let schema = parameter.schema;
        let elements = self.api.follow(&schema["items"]);
        let one = if elements.is_object() { elements } else { schema };
        let words = one["enum"].as_array().into_iter().flatten();
        let mut values: Vec<String> = words.filter_map(Value::as_str).map(str::to_owned).collect();
        if one["type"] == "boolean" {
            values.extend(["true".to_owned(), "false".to_owned()]);
        }
        for bound in ["minimum", "maximum"] {
            values.extend(schema[bound].as_i64().map(|it| it.to_string()));
        }
        values
    }

    fn check(&self, operation: &Operation<'_>, reply: &Raw, found: &mut Found) {
        let Some(schema) = self.api.reply_schema(operation, reply.status).filter(|_| reply.status < 400)
        else {
            found.problems.push(format!("unforeseen status {}: {}", reply.status, reply.body));
            return;
        };
        found.valid = true;
        if schema.is_null() {
            return;
        }
        let known: Vec<&String> =
            [operation.name, "*"].iter().filter_map(|it| self.defects.reply.get(*it)).flatten().collect();
        for error in self.api.validator(schema).iter_errors(&reply.body) {
            let problem = format!("{}: {error}", error.instance_path());
            if !known.iter().any(|it| problem.contains(it.as_str())) {
                found.problems.push(problem);
            }
        }
        for member in self.api.unknown_members(schema, &reply.body, "") {
            if !self.defects.members.iter().any(|it| member.ends_with(it)) {
                found.problems.push(format!("unknown member {member}"));
            }
        }
    }

    fn wrong_inputs(&self, operation: &Operation<'_>, path: &str, body: Option<&Value>) -> Vec<WrongInput> {
        let text = body.map(Value::to_string);
        let mut inputs = Vec::new();
        for parameter in self.api.parameters(operation) {
            for value in self.wrong_values(&parameter) {
                let path = if parameter.in_path {
                    with_segment(&operation.template, path, parameter.name, &value)
                } else {
                    with_query(path, parameter.name, &value)
                };
                inputs.push(WrongInput {
                    name: format!("{}={value}", parameter.name),
                    path,
                    body: text.clone(),
                });
            }
        }
        for parameter in self.api.parameters(operation).iter().filter(|it| it.required && !it.in_path) {
            let name = format!("no {}", parameter.name);
            inputs.push(WrongInput { name, path: without_query(path, parameter.name), body: text.clone() });
        }
        let Some(Value::Object(members)) = body.filter(|_| operation.has_body()) else { return inputs };
        let mut with_body = |name: String, body: String| {
            inputs.push(WrongInput { name, path: path.to_owned(), body: Some(body) });
        };
        with_body("a body that is no JSON".to_owned(), "{".to_owned());
        for name in self.api.required_members(operation) {
            let mut members: Map<String, Value> = members.clone();
            members.remove(&name);
            with_body(format!("a body without {name}"), Value::Object(members).to_string());
        }
        for (name, schema) in self.api.members(operation) {
            for wrong in wrong_members(schema) {
                let mut members: Map<String, Value> = members.clone();
                let input = format!("a body with {name}: {wrong}");
                members.insert(name.to_owned(), wrong);
                with_body(input, Value::Object(members).to_string());
            }
        }
        inputs
    }

    /// Values that a parameter's schema does not allow.
    fn wrong_values(&self, parameter: &Parameter<'_>) -> Vec<String> {
        let schema = parameter.schema;
        let elements = self.api.follow(&schema["items"]);
        let one = if elements.is_object() { elements } else { schema };
        let mut values = Vec::new();
        if one.get("enum").is_some() {
            values.push("nonsense".to_owned());
        }
        match one["type"].as_str() {
            Some("integer") => values.push("abc".to_owned()),
            Some("boolean") => values.push("maybe".to_owned()),
            _ => {}
        }
        values.extend(schema["maximum"].as_i64().map(|it| (it + 1).to_string()));
        values.extend(schema["minimum"].as_i64().map(|it| (it - 1).to_string()));
        if let Some(most) = schema["maxItems"].as_u64() {
            let entry = if one["type"] == "integer" { "1" } else { "x" };
            let many = usize::try_from(most + 1).unwrap_or(usize::MAX);
            values.push(vec![entry; many].join(","));
        }
        if one.get("pattern").is_some() {
            values.push("att-1".to_owned());
        }
        if parameter.name == "cursor" {
            values.push("garbage".to_owned());
        }
        values
    }
}

/// Values that the schema of a member does not allow.
fn wrong_members(schema: &Value) -> Vec<Value> {
    let mut wrong = Vec::new();
    if schema.get("enum").is_some() {
        wrong.push(json!("nonsense"));
    }
    match schema["type"].as_str() {
        Some("string") => wrong.push(json!({ "a": 1 })),
        Some("integer" | "boolean" | "array" | "object") => wrong.push(json!("nonsense")),
        _ => {}
    }
    wrong
}

/// The path with another value in the place of a parameter.
fn with_segment(template: &str, path: &str, name: &str, value: &str) -> String {
    let place =
        template.split('/').position(|it| it == format!("{{{name}}}")).expect("a parameter of the path");
    let segments = path.split('/').enumerate();
    segments.map(|(at, it)| if at == place { value } else { it }).collect::<Vec<_>>().join("/")
}

/// The path without a parameter.
fn without_query(path: &str, name: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let others: Vec<&str> = query.split('&').filter(|it| it.split('=').next() != Some(name)).collect();
    format!("{path}?{}", others.join("&"))
}

/// The path with one more parameter, or another value of one that it has.
fn with_query(path: &str, name: &str, value: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let others = query.split('&').filter(|it| !it.is_empty() && it.split('=').next() != Some(name));
    let own = format!("{name}={value}");
    format!("{path}?{}", others.chain([own.as_str()]).collect::<Vec<_>>().join("&"))
}

#[test]
fn a_wrong_value_takes_the_place_of_the_right_one() {
    assert_eq!(
        with_segment("/pages/{id}/likes/users", "/pages/12/likes/users?limit=5", "id", "abc"),
        "/pages/abc/likes/users?limit=5"
    );
    assert_eq!(with_query("/pages?limit=5&sort=id", "limit", "251"), "/pages?sort=id&limit=251");
    assert_eq!(json!(with_query("/pages", "limit", "0")), json!("/pages?limit=0"));
}
