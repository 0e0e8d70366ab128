//! Nodes that are macros or tasks in storage format.

use serde_json::Value;

use super::super::macros::{CUSTOM_PANEL, METADATA, PANELS};
use super::{blocks, cdata, content, escape, extension, inline, kind, media, text};

/// Converts a node that is none of the plain blocks.
pub(super) fn block(node_kind: &str, node: &Value) -> Result<String, String> {
    match node_kind {
        "codeBlock" => code(node),
        "panel" => panel(node),
        "expand" | "nestedExpand" => {
            Ok(rich_macro("expand", &parameter("title", text(node, "title")), &blocks(node)?))
        }
        "taskList" => {
            let tasks: Result<String, String> = content(node)?.iter().map(task).collect();
            let id = match text(node, "localId") {
                "" => String::new(),
                id => format!("<ac:task-list-id>{}</ac:task-list-id>", escape(id)),
            };
            Ok(format!("<ac:task-list>{id}{}</ac:task-list>", tasks?))
        }
        "decisionList" => extension::decisions(node),
        "mediaSingle" => media::single(node),
        "media" => media::image(node),
        "extension" => Ok(plain_macro(node)),
        "bodiedExtension" => {
            let name = text(node, "extensionKey");
            Ok(rich_macro_with(name, &metadata(node), &parameters(node), &blocks(node)?))
        }
        other => Err(format!("there is no node of type {other} where blocks stand")),
    }
}

/// Converts a status lozenge.
pub(super) fn status(node: &Value) -> String {
    let colour = match text(node, "color") {
        "green" => "Green",
        "yellow" => "Yellow",
        "red" => "Red",
        "blue" => "Blue",
        "purple" => "Purple",
        _ => "Grey",
    };
    let inside = format!("{}{}", parameter("title", text(node, "text")), parameter("colour", colour));
    format!("<ac:structured-macro ac:name=\"status\">{inside}</ac:structured-macro>")
}

/// Converts a panel to a macro, if there is one of its colour.
fn panel(node: &Value) -> Result<String, String> {
    let kind = text(node, "panelType");
    if let Some((name, _)) = PANELS.iter().find(|(_, known)| *known == kind) {
        return Ok(rich_macro(name, "", &blocks(node)?));
    }
    if kind != "custom" {
        return extension::panel(node);
    }
    let parameters: String =
        CUSTOM_PANEL.iter().map(|(name, attribute)| parameter(name, text(node, attribute))).collect();
    Ok(rich_macro("panel", &parameters, &blocks(node)?))
}

fn code(node: &Value) -> Result<String, String> {
    let mut code = String::new();
    for piece in content(node)? {
        code.push_str(piece.get("text").and_then(Value::as_str).unwrap_or_default());
    }
    let language = parameter("language", text(node, "language"));
    let body = cdata(&code);
    Ok(format!(
        "<ac:structured-macro ac:name=\"code\">{language}<ac:plain-text-body>{body}</ac:plain-text-body>\
         </ac:structured-macro>"
    ))
}

fn task(node: &Value) -> Result<String, String> {
    let inside = match kind(node)? {
        "taskItem" => inline::line(node)?,
        "taskList" => return block("taskList", node),
        other => return Err(format!("there is no node of type {other} in a list of tasks")),
    };
    let status = if text(node, "state") == "DONE" { "complete" } else { "incomplete" };
    Ok(format!(
        "<ac:task><ac:task-id>{}</ac:task-id><ac:task-status>{status}</ac:task-status>\
         <ac:task-body>{inside}</ac:task-body></ac:task>",
        escape(text(node, "localId"))
    ))
}

fn plain_macro(node: &Value) -> String {
    let body = macro_parameters(node).into_iter().find(|(name, _)| name == "__bodyContent");
    let body = body.map(|(_, body)| format!("<ac:plain-text-body>{}</ac:plain-text-body>", cdata(&body)));
    format!(
        "<ac:structured-macro ac:name=\"{}\"{}>{}{}</ac:structured-macro>",
        escape(text(node, "extensionKey")),
        metadata(node),
        parameters(node),
        body.unwrap_or_default()
    )
}

fn rich_macro(name: &str, parameters: &str, body: &str) -> String {
    rich_macro_with(name, "", parameters, body)
}

fn rich_macro_with(name: &str, attributes: &str, parameters: &str, body: &str) -> String {
    format!(
        "<ac:structured-macro ac:name=\"{}\"{attributes}>{parameters}<ac:rich-text-body>{body}</ac:rich-text-body>\
         </ac:structured-macro>",
        escape(name)
    )
}

/// Writes a parameter of a macro; an empty one is left out.
fn parameter(name: &str, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    format!("<ac:parameter ac:name=\"{}\">{}</ac:parameter>", escape(name), escape(value))
}

fn parameters(node: &Value) -> String {
    let parameters = macro_parameters(node).into_iter().filter(|(name, _)| name != "__bodyContent");
    parameters.map(|(name, value)| parameter(&name, &value)).collect()
}

fn macro_parameters(node: &Value) -> Vec<(String, String)> {
    let known = node.pointer("/attrs/parameters/macroParams").and_then(Value::as_object);
    let known = known.into_iter().flatten();
    known
        .map(|(name, member)| {
            let value = member.get("value").and_then(Value::as_str).unwrap_or_default();
            (name.clone(), value.to_owned())
        })
        .collect()
}

/// Writes the attributes of a macro that are no parameters, with a space before each.
fn metadata(node: &Value) -> String {
    let value = |name: &str| node.pointer(&format!("/attrs/parameters/macroMetadata/{name}/value"));
    let written = METADATA.iter().filter_map(|(attribute, name)| Some((attribute, value(name)?.as_str()?)));
    let attributes: Vec<String> =
        written.map(|(attribute, value)| format!(" {attribute}=\"{}\"", escape(value))).collect();
    attributes.concat()
}
