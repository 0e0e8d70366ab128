//! Every value that a definition shows for an optional parameter is one that Confluence takes: examples, defaults, and
//! all of the values that are allowed.

use headwater_catalog::definition::{Format, Kind, Parameter, Tool};
use headwater_catalog::failure::FailureKind;
use headwater_confluence::{Confluence, Family, families};
use serde_json::{Map, Value, json};

use crate::calls::Calls;
use crate::world::{Outcome, World, has_gap};

#[test]
fn every_example_default_and_allowed_value_is_taken() {
    let (confluence, calls, families) = (Confluence::new().unwrap(), Calls::read(), families().unwrap());
    let tried: Vec<(usize, Vec<String>)> = std::thread::scope(|scope| {
        let some = families.chunks(families.len().div_ceil(4));
        let threads: Vec<_> =
            some.map(|some| scope.spawn(|| try_families(&confluence, &calls, some))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let problems: Vec<String> = tried.iter().flat_map(|(_, problems)| problems.clone()).collect();
    assert!(problems.is_empty(), "{} values are refused:\n{}", problems.len(), problems.join("\n"));
    let count: usize = tried.iter().map(|(count, _)| count).sum();
    assert!(count > 800, "only {count} were tried");
}

#[tokio::main(flavor = "current_thread")]
async fn try_families(confluence: &Confluence, calls: &Calls, families: &[Family]) -> (usize, Vec<String>) {
    let (mut count, mut problems) = (0, Vec::new());
    for family in families {
        for tool in &family.tools {
            let mut world = World::new(confluence, calls).await;
            for (parameter, value) in shown(tool) {
                if !tool.hints.read_only {
                    // What was changed or deleted by the call before is not there for this one.
                    world = World::new(confluence, calls).await;
                }
                let trial = Trial { tool, parameter, value, pattern: calls.arguments(&family.name, tool) };
                count += 1;
                if let Some(problem) = trial.run(&mut world).await {
                    problems
                        .push(format!("{}.{} = {}: {problem}", tool.name, trial.parameter.name, trial.value));
                }
            }
        }
    }
    (count, problems)
}

struct Trial<'a> {
    tool: &'a Tool,
    parameter: &'a Parameter,
    value: Value,
    pattern: Map<String, Value>,
}

/// The optional parameters of a tool with the values that its definition and its reference show.
fn shown(tool: &Tool) -> Vec<(&Parameter, Value)> {
    let optional = tool.parameters.iter().filter(|it| !it.required);
    // Files, ids and cursors are examples of a form, not of something that is there.
    let forms = [Format::Id, Format::Cursor, Format::Base64, Format::Download];
    let by_value = optional.filter(|it| !it.format.is_some_and(|format| forms.contains(&format)));
    by_value.flat_map(|it| values(tool, it).into_iter().map(move |value| (it, value))).collect()
}

fn values(tool: &Tool, parameter: &Parameter) -> Vec<Value> {
    let array = matches!(parameter.kind, Kind::Array(_));
    let mut values: Vec<Value> = parameter.example.iter().chain(&parameter.default).cloned().collect();
    // A call that changes something costs a world: there the synonyms and the first and last value must do.
    let few = !tool.hints.read_only;
    let allowed = parameter.allowed.iter().enumerate();
    let allowed = allowed.filter(|(place, _)| !few || *place == 0 || place + 1 == parameter.allowed.len());
    values.extend(allowed.map(|(_, it)| if array { json!([it]) } else { json!(it) }));
    values.extend(parameter.synonyms.keys().map(|it| json!(it)));
    values.extend([true, false].into_iter().filter(|_| parameter.kind == Kind::Boolean).map(Value::from));
    values.sort_by_key(Value::to_string);
    values.dedup();
    values
}

impl Trial<'_> {
    /// Calls the tool with the value; what is wrong, if anything is. That there is nothing to find is not wrong.
    async fn run(&self, world: &mut World<'_>) -> Option<String> {
        let Value::Object(mut arguments) = world.fill(&Value::Object(self.pattern.clone())).await else {
            return Some("no arguments".to_owned());
        };
        if arguments.values().any(has_gap) {
            return None;
        }
        arguments.insert(self.parameter.name.clone(), self.value.clone());
        self.complete(&mut arguments);
        let token = world.everything.clone();
        match world.call(&token, self.tool, arguments.clone()).await {
            Outcome::Answer(..) | Outcome::NoSuchOperation => None,
            Outcome::Wrong(problem) => Some(problem),
            Outcome::Failure(failure) if failure.kind == FailureKind::NotFound => None,
            Outcome::Failure(failure) if world.unfit(self.tool, self.parameter) => {
                (failure.kind == FailureKind::Upstream).then_some(failure.message)
            }
            Outcome::Failure(failure) => {
                Some(format!("{} {} for {arguments:?}", failure.status, failure.message))
            }
        }
    }

    /// Adds what must come with the parameter.
    fn complete(&self, arguments: &mut Map<String, Value>) {
        for group in self.tool.together.iter().filter(|group| group.contains(&self.parameter.name)) {
            for other in group.iter().filter_map(|name| self.tool.parameter(name)) {
                let value = match (other.name.as_str(), &self.value) {
                    ("body_value", value) if value == "atlas_doc_format" => {
                        json!({"type": "doc", "version": 1, "content": []})
                    }
                    _ => other
                        .example
                        .clone()
                        .or_else(|| other.allowed.first().map(|it| json!(it)))
                        .unwrap_or_default(),
                };
                if other.name != self.parameter.name {
                    arguments.insert(other.name.clone(), value);
                }
            }
        }
    }
}

async fn answer(world: &World<'_>, name: &str, arguments: Value) -> Map<String, Value> {
    let tool = world.catalogue().get(name).unwrap();
    let Value::Object(arguments) = arguments else { unreachable!() };
    match world.call(&world.everything, tool, arguments).await {
        Outcome::Answer(_, answer) => answer,
        Outcome::Failure(failure) => panic!("{name}: {}", failure.message),
        Outcome::Wrong(problem) => panic!("{name}: {problem}"),
        Outcome::NoSuchOperation => panic!("{name}: no such operation"),
    }
}

/// Titles are found whole only; who gives a part of one is told how parts are found, and that works.
#[tokio::test]
async fn a_list_that_finds_no_title_says_how_parts_of_titles_are_found() {
    let (confluence, calls) = (Confluence::new().unwrap(), Calls::read());
    let mut world = World::new(&confluence, &calls).await;
    world.fill(&json!("{page}")).await;
    world.fill(&json!("{blogpost}")).await;
    for (name, part, found) in
        [("confluence_page_list", "Tide", "Tide tables"), ("confluence_blogpost_list", "calm", "A calm week")]
    {
        let nothing = answer(&world, name, json!({ "title": part })).await;
        let hint = nothing["hint"].as_str().unwrap();
        let (_, cql) = hint.split_once("cql: ").unwrap();
        let cql = cql.trim_end_matches('.').replace("part of the title", part);
        let search = answer(&world, "confluence_search", json!({ "cql": cql })).await;
        assert!(search["results"].to_string().contains(found), "{cql}: {search:?}");
        let whole = answer(&world, name, json!({ "title": found })).await;
        assert_eq!((whole["results"][0]["title"].as_str(), whole.get("hint")), (Some(found), None));
        assert_eq!(answer(&world, name, json!({ "title": "", "limit": 2 })).await.get("hint"), None);
    }
}

/// Confluence sorts children by their place and their times, not by title.
#[tokio::test]
async fn children_are_sorted_by_title_when_that_is_asked_for() {
    let (confluence, calls) = (Confluence::new().unwrap(), Calls::read());
    let mut world = World::new(&confluence, &calls).await;
    let (space, parent) = (world.fill(&json!("{space}")).await, world.fill(&json!("{page}")).await);
    for title in ["beta", "Gamma", "alpha"] {
        let page = json!({ "spaceId": space, "parentId": parent, "title": title, "status": "Published" });
        answer(&world, "confluence_page_create", page).await;
    }
    let titles = |answer: &Map<String, Value>| -> Vec<String> {
        let results = answer["results"].as_array().unwrap().iter();
        results.map(|it| it["title"].as_str().unwrap().to_owned()).collect()
    };
    let arguments = |sort: &str, limit: u64| json!({ "id": parent, "sort": sort, "limit": limit });
    let name = "confluence_page_children_get";
    assert_eq!(titles(&answer(&world, name, arguments("title", 25)).await), ["alpha", "beta", "Gamma"]);
    assert_eq!(titles(&answer(&world, name, arguments("-title", 25)).await), ["Gamma", "beta", "alpha"]);
    let page = answer(&world, name, arguments("title", 2)).await;
    assert!(page["hint"].as_str().unwrap().contains("confluence_page_direct_children_get"), "{page:?}");
}
