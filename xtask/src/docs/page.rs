//! Pages of the reference, in Markdown. Pure.

use std::fmt::Write as _;

use headwater_catalog::definition::{Hints, Parameter, Scopes, Tool};
use headwater_confluence::Family;
use serde_json::{Value, json};

/// How many bytes of a definition make ten tokens, measured over all published ones with the `o200k_base` encoding.
const BYTES_PER_TEN_TOKENS: usize = 43;

/// What holds for all tools.
const GUIDE: &str = include_str!("guide.md");

/// The page that lists the families.
pub(super) fn index(families: &[Family], answers: &Value, left_out: &Value) -> String {
    let mut page = String::from(
        "# Tools\n\nWritten by `cargo xtask docs` from the tools' data; do not edit. Sizes are estimates of what the \
         definitions cost a model, in tokens. Additions are tools outside the published catalogue: a connection has \
         to enable them.\n\n| family | published | their size | additions | their size |\n|---|--:|--:|--:|--:|\n",
    );
    for family in families {
        let (published, additions): (Vec<&Tool>, Vec<&Tool>) =
            family.tools.iter().partition(|it| it.published);
        put(
            &mut page,
            &format!("| [{}]({}.md) {}\n", heading(&family.name), family.name, sizes(&published, &additions)),
        );
    }
    let all = || families.iter().flat_map(|family| &family.tools);
    let (published, additions): (Vec<&Tool>, Vec<&Tool>) = all().partition(|it| it.published);
    put(&mut page, &format!("| **together** {}\n", sizes(&published, &additions)));
    let missing: Vec<&str> = strings(&answers["not_emulated"]["tools"]).collect();
    if !missing.is_empty() {
        put(&mut page, "\n## Without an example answer\n\n");
        let reason = text(&answers["not_emulated"]["reason"]);
        put(&mut page, &format!("{} tools are not carried out in tests ({reason}):\n\n", missing.len()));
        for name in missing {
            put(&mut page, &format!("- `{name}`\n"));
        }
    }
    put(&mut page, "\n");
    put(&mut page, GUIDE);
    put(&mut page, &without_tool(left_out));
    page
}

/// The operations that have no tool.
fn without_tool(left_out: &Value) -> String {
    let mut section =
        String::from("\n## Operations without a tool\n\nThe proxy reaches them all the same.\n");
    for group in left_out.as_array().into_iter().flatten() {
        put(&mut section, &format!("\n{}\n\n", text(&group["reason"])));
        for operation in strings(&group["operations"]) {
            put(&mut section, &format!("- `{operation}`\n"));
        }
    }
    section
}

fn sizes(published: &[&Tool], additions: &[&Tool]) -> String {
    let size = |tools: &[&Tool]| tools.iter().map(|tool| tokens(tool)).sum::<usize>();
    let [one, other] = [published, additions].map(|tools| format!("{} | {}", tools.len(), size(tools)));
    format!("| {one} | {other} |")
}

/// About how many tokens a model reads for a tool.
fn tokens(tool: &Tool) -> usize {
    let definition = tool.definition();
    let read: Vec<Option<&Value>> =
        ["name", "description", "input_schema"].iter().map(|member| definition.get(*member)).collect();
    json!(read).to_string().len() * 10 / BYTES_PER_TEN_TOKENS
}

/// The page of a family.
pub(super) fn family(family: &Family, answers: &Value) -> String {
    let size: usize = family.tools.iter().map(tokens).sum();
    let mut page = format!(
        "# {}\n\nWritten by `cargo xtask docs`; do not edit. {} tools, about {size} tokens. [All families](README.md)\n",
        heading(&family.name),
        family.tools.len(),
    );
    for it in &family.tools {
        put(&mut page, &tool(it, &answers["tools"][&it.name]));
    }
    page
}

fn tool(tool: &Tool, tried: &Value) -> String {
    let mut section = format!("\n## {}\n\n{}\n\n", tool.name, tool.description);
    if !tool.published {
        put(&mut section, "An addition to the published catalogue: a connection has to enable it.\n\n");
    }
    put(&mut section, &format!("- `{} {}`\n", tool.request.method.as_str(), tool.request.template()));
    put(&mut section, &format!("- {}\n", hints(tool.hints)));
    put(&mut section, &format!("- {}\n", scopes(&tool.scopes)));
    for group in &tool.together {
        put(&mut section, &format!("- {} are given together or not at all\n", quoted(group)));
    }
    if tool.parameters.is_empty() {
        put(&mut section, "- no parameters\n");
    } else {
        put(&mut section, "\n| parameter | type | meaning |\n|---|---|---|\n");
        tool.parameters.iter().for_each(|it| put(&mut section, &row(it)));
    }
    put(&mut section, &example(tried));
    section
}

fn row(parameter: &Parameter) -> String {
    let required = if parameter.required { ", required" } else { "" };
    let mut meaning = parameter.description.clone();
    if !parameter.allowed.is_empty() {
        put(&mut meaning, &format!(" One of {}.", quoted(&parameter.allowed)));
    }
    let bound = |name: &str, bound: Option<i64>| bound.map(|it| format!(" {name} {it}.")).unwrap_or_default();
    put(&mut meaning, &bound("At least", parameter.minimum));
    put(&mut meaning, &bound("At most", parameter.maximum));
    if let Some(default) = &parameter.default {
        put(&mut meaning, &format!(" Default `{default}`."));
    }
    if let Some(example) = &parameter.example {
        put(&mut meaning, &format!(" Example `{example}`."));
    }
    let kind = parameter.kind.as_str();
    format!(
        "| `{}` | {kind}{required} | {} |\n",
        parameter.name,
        meaning.replace('|', "\\|").replace('\n', " ")
    )
}

/// What was tried with the tool in the sandbox.
fn example(tried: &Value) -> String {
    if tried.is_null() {
        return "\nNo example: the sandbox does not have this operation.\n".to_owned();
    }
    let (status, answer) = (&tried["status"], &tried["answer"]);
    let mut example = format!("\nExample:\n\n```json\n{}\n```\n", pretty(&tried["arguments"]));
    if answer.is_null() {
        put(&mut example, &format!("\nThe call cannot succeed yet: Confluence answers {status}.\n"));
    } else {
        put(&mut example, &format!("\nAnswer ({status}), shortened:\n\n```json\n{}\n```\n", pretty(answer)));
    }
    if let Some(message) = tried["unknown"]["message"].as_str() {
        let status = &tried["unknown"]["status"];
        put(
            &mut example,
            &format!("\nAbout something that does not exist ({status}):\n\n```text\n{message}\n```\n"),
        );
    }
    if let Some(refusal) = strings(&tried["refused"]).next() {
        put(&mut example, &format!("\nRefused before it is sent:\n\n```text\n{refusal}\n```\n"));
    }
    example
}

fn hints(hints: Hints) -> String {
    let effect = match (hints.read_only, hints.destructive) {
        (true, _) => "reads only",
        (false, true) => "may destroy or overwrite",
        (false, false) => "only adds",
    };
    let again = if hints.idempotent { "may be repeated" } else { "not to be repeated blindly" };
    format!("{effect}; {again}")
}

fn scopes(scopes: &Scopes) -> String {
    let sets: Vec<String> = scopes.sets().map(quoted).collect();
    if sets.is_empty() { "no scope".to_owned() } else { format!("scopes: {}", sets.join("; or ")) }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn heading(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

fn strings(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn put(page: &mut String, text: &str) {
    page.write_str(text).expect("invariant: a String takes every text");
}

#[cfg(test)]
mod tests {
    use headwater_confluence::families;

    use super::*;

    #[test]
    fn a_page_tells_of_every_tool_and_what_came_of_it() {
        let folders = families().unwrap().into_iter().find(|it| it.name == "folders").unwrap();
        let answers = json!({ "tools": { "confluence_folder_get": {
            "arguments": { "id": "7" }, "status": 200, "answer": { "id": "7" },
            "unknown": { "status": 404, "message": "there is none" }, "refused": ["id (required)"],
        } } });
        let page = family(&folders, &answers);
        assert!(folders.tools.iter().all(|tool| page.contains(&format!("\n## {}\n", tool.name))));
        assert!(page.contains("Answer (200), shortened:\n\n```json\n{\n  \"id\": \"7\"\n}\n```"), "{page}");
        assert!(page.contains("(404):\n\n```text\nthere is none\n```") && page.contains("id (required)"));
        assert_eq!(page.matches("No example").count(), folders.tools.len() - 1);
        assert!(page.contains("| `space_id` | string, required | Space id"));
    }

    #[test]
    fn the_tool_that_the_guide_shows_can_be_used() {
        let (_, rest) = GUIDE.split_once("```toml\n").unwrap();
        let (file, _) = rest.split_once("```").unwrap();
        let tools = headwater_catalog::file::read("guide.toml", file).unwrap();
        assert_eq!(tools.len(), 1);
        assert!(!tools[0].intents.is_empty());
    }

    #[test]
    fn the_index_counts_families_and_names_what_is_missing() {
        let answers = json!({ "not_emulated": { "reason": "why", "tools": ["confluence_group_get"] } });
        let left_out = json!([{ "reason": "Because.", "operations": ["GET /x"] }]);
        let page = index(&families().unwrap(), &answers, &left_out);
        assert!(
            page.contains("| [Blog posts](blog_posts.md) | ") && page.contains("| **together** | 147 | ")
        );
        assert!(page.contains("## Errors") && page.ends_with("\nBecause.\n\n- `GET /x`\n"), "{page}");
        assert!(page.contains("1 tools are not carried out in tests (why):\n\n- `confluence_group_get`\n"));
    }
}
