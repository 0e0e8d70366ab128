//! Every tool is called as it should be, about something that does not exist, and with arguments that are refused.
//! What came of it stands in `tests/golden/tools.json`, from which the tools' reference is made;
//! `cargo xtask docs` writes both anew.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use headwater_catalog::connector::Connector as _;
use headwater_catalog::definition::{Parameter, Place, Tool};
use headwater_catalog::failure::FailureKind;
use headwater_confluence::{Confluence, Family, families};
use serde_json::{Map, Value, json};

use crate::calls::Calls;
use crate::shorten;
use crate::world::{Outcome, World, has_gap};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/tools.json");
/// Ids and names that nothing has.
const NOBODYS: [&str; 3] = ["999999999", "att999999999", "00000000-0000-4000-8000-000000000000"];

/// What is tried with one tool.
struct Trial<'a> {
    tool: &'a Tool,
    /// The arguments with the names of things in them.
    pattern: Map<String, Value>,
}

/// What came of trying a tool: nothing when the emulated Confluence does not have its operation.
type Tried = (String, Result<Option<Value>, String>);

#[test]
fn every_tool_does_what_it_says() {
    let (confluence, calls, families) = (Confluence::new().unwrap(), Calls::read(), families().unwrap());
    let (mut tools, mut missing, mut problems) = (Map::new(), Vec::new(), Vec::new());
    for (name, outcome) in try_in_threads(&confluence, &calls, &families) {
        match outcome {
            Ok(Some(record)) => drop(tools.insert(name, record)),
            Ok(None) => missing.push(name),
            Err(problem) => problems.push(format!("{name}: {problem}")),
        }
    }
    assert!(problems.is_empty(), "{} tools fail:\n{}", problems.len(), problems.join("\n"));
    tools.sort_keys();
    missing.sort_unstable();
    let reason = "the sandbox has no such operation";
    compare(&json!({
        "carried_out": tools.len(),
        "not_emulated": { "count": missing.len(), "reason": reason, "tools": missing },
        "tools": tools,
    }));
}

/// Tries every tool in a world of its own, a few families at a time.
fn try_in_threads(confluence: &Confluence, calls: &Calls, families: &[Family]) -> Vec<Tried> {
    std::thread::scope(|scope| {
        let some = families.chunks(families.len().div_ceil(4));
        let threads: Vec<_> =
            some.map(|some| scope.spawn(|| try_families(confluence, calls, some))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

#[tokio::main(flavor = "current_thread")]
async fn try_families(confluence: &Confluence, calls: &Calls, families: &[Family]) -> Vec<Tried> {
    let mut tried = Vec::new();
    for family in families {
        for tool in &family.tools {
            let trial = Trial { tool, pattern: calls.arguments(&family.name, tool) };
            let mut world = World::new(confluence, calls).await;
            tried.push((tool.name.clone(), trial.run(&mut world).await));
        }
    }
    tried
}

#[test]
fn the_calls_are_about_tools_that_exist() {
    let confluence = Confluence::new().unwrap();
    let strangers = Calls::read().strangers(|name| confluence.catalogue().get(name).map(Arc::as_ref));
    assert!(strangers.is_empty(), "{strangers:?}");
}

impl Trial<'_> {
    /// Tries a tool. Nothing, when the emulated Confluence does not have its operation.
    async fn run(&self, world: &mut World<'_>) -> Result<Option<Value>, String> {
        let pattern = Value::Object(self.pattern.clone());
        let Value::Object(arguments) = world.fill(&pattern).await else { return Err("no object".to_owned()) };
        if let Some(problem) = world.problems.first() {
            return Err(problem.clone());
        }
        // A token that may do no more than the tool says it needs.
        let scopes: Vec<&str> = self.tool.scopes.preferred().iter().map(String::as_str).collect();
        let token = world.connect(&scopes).await;
        let Some(arguments) = self.emulated(world, &token, arguments).await else { return Ok(None) };
        let unknown = self.unknown(world, &token, &arguments).await?;
        let (status, answer) = match world.call(&token, self.tool, arguments.clone()).await {
            Outcome::NoSuchOperation => return Ok(None),
            Outcome::Wrong(problem) => return Err(problem),
            Outcome::Answer(status, answer) => (status, shorten::answer(&answer)),
            Outcome::Failure(failure) if world.fails(self.tool, failure.status) => {
                (failure.status, Value::Null)
            }
            Outcome::Failure(failure) => {
                return Err(format!("{} {} for {arguments:?}", failure.status, failure.message));
            }
        };
        let refused = self.refused(world, arguments.clone());
        Ok(Some(json!({
            "arguments": arguments, "status": status, "answer": answer, "unknown": unknown, "refused": refused,
        })))
    }

    /// The arguments, unless one of the things that they need cannot be made because the operation for that is
    /// missing; then the tool's own operation must be missing too.
    async fn emulated(
        &self,
        world: &World<'_>,
        token: &str,
        mut arguments: Map<String, Value>,
    ) -> Option<Map<String, Value>> {
        if !arguments.values().any(has_gap) {
            return Some(arguments);
        }
        for (name, value) in &mut arguments {
            if has_gap(value) {
                *value = self.tool.parameter(name).and_then(|it| it.example.clone()).unwrap_or_default();
            }
        }
        match world.call(token, self.tool, arguments.clone()).await {
            Outcome::NoSuchOperation => None,
            Outcome::Answer(..) | Outcome::Failure(_) | Outcome::Wrong(_) => Some(arguments),
        }
    }

    /// The same call about something that does not exist.
    async fn unknown(
        &self,
        world: &World<'_>,
        token: &str,
        arguments: &Map<String, Value>,
    ) -> Result<Value, String> {
        let Some(name) = self.subject() else { return Ok(Value::Null) };
        let nobodys = match arguments[name].as_str() {
            Some(text) if text.starts_with("att") => NOBODYS[1],
            Some(text) if text.contains('-') => NOBODYS[2],
            _ => NOBODYS[0],
        };
        let mut arguments = arguments.clone();
        arguments.insert(name.to_owned(), json!(nobodys));
        match world.call(token, self.tool, arguments).await {
            Outcome::NoSuchOperation => Ok(Value::Null),
            Outcome::Answer(status, answer)
                if !self.tool.parameter(name).is_some_and(is_in_path)
                    || world.answers_anyway(self.tool, status) =>
            {
                Ok(json!({ name: nobodys, "status": status, "answer": shorten::answer(&answer) }))
            }
            Outcome::Answer(status, _) => Err(format!("{status} although there is no {name} {nobodys}")),
            Outcome::Wrong(problem) => Err(problem),
            Outcome::Failure(failure) => {
                let expected = [FailureKind::NotFound, FailureKind::Invalid, FailureKind::Forbidden];
                if !expected.contains(&failure.kind) {
                    return Err(format!("{:?} for an unknown {name}: {}", failure.kind, failure.message));
                }
                Ok(json!({
                    name: nobodys,
                    "status": failure.status,
                    "kind": format!("{:?}", failure.kind),
                    "code": failure.code,
                    "message": shorten::text(&failure.message, 400),
                }))
            }
        }
    }

    /// The parameter that names the thing that the call is about: one in the path, if any.
    fn subject(&self) -> Option<&str> {
        let names_thing =
            |name: &str| self.pattern.get(name).is_some_and(|it| it.to_string().starts_with("\"{"));
        let mut things: Vec<_> = self.tool.parameters.iter().filter(|it| names_thing(&it.name)).collect();
        things.sort_by_key(|it| !is_in_path(it));
        things.first().map(|it| it.name.as_str())
    }

    /// A call that is refused before anything is sent: without something required, or with a name that is not known.
    fn refused(&self, world: &World<'_>, mut arguments: Map<String, Value>) -> Value {
        let required = self.tool.parameters.iter().find(|it| it.required);
        match required {
            Some(parameter) => drop(arguments.remove(&parameter.name)),
            None => drop(arguments.insert("surprise".to_owned(), json!(true))),
        }
        let violations = world.catalogue().check(self.tool, arguments).expect_err("a violation");
        let told =
            violations.iter().map(|it| format!("{} ({}): {}", it.field, it.constraint, it.description));
        json!(told.map(|it| shorten::text(&it, 160)).collect::<Vec<_>>())
    }
}

fn is_in_path(parameter: &Parameter) -> bool {
    parameter.places.iter().any(|place| matches!(place, Place::Path(_)))
}

/// Compares with the file, or writes it when that is asked for.
fn compare(found: &Value) {
    let found = serde_json::to_string_pretty(found).unwrap() + "\n";
    #[expect(clippy::disallowed_methods, reason = "a switch of the tests, not configuration")]
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(GOLDEN, found).unwrap();
        return;
    }
    let expected = fs::read_to_string(Path::new(GOLDEN)).unwrap_or_default();
    let differing = expected.lines().zip(found.lines()).position(|(one, other)| one != other);
    let line = differing.map_or(0, |it| it + 1);
    assert!(
        expected == found,
        "{GOLDEN} differs from line {line}; if that is meant, run `cargo xtask docs` and look at the difference:\n\
         expected {:?}\nfound    {:?}",
        expected.lines().nth(line.saturating_sub(1)),
        found.lines().nth(line.saturating_sub(1)),
    );
}
