//! Nodes that are macros, tasks or pictures in storage format.

use serde_json::Value;

use super::super::macros::PANELS;
use super::{blocks, cdata, content, escape, inline, kind, text};

/// Converts a node that is none of the plain blocks.
pub(super) fn block(node_kind: &str, node: &Value) -> Result<String, String> {
    match node_kind {
        "codeBlock" => code(node),
        "panel" => {
            let panel = text(node, "panelType");
            let name = PANELS.iter().find(|(_, known)| *known == panel).map_or("info", |(name, _)| name);
            let name = if panel == "error" { "warning" } else { name };
            Ok(rich_macro(name, "", &blocks(node)?))
        }
        "expand" | "nestedExpand" => {
            Ok(rich_macro("expand", &parameter("title", text(node, "title")), &blocks(node)?))
        }
        "taskList" | "decisionList" => {
            let tasks: Result<String, String> = content(node)?.iter().map(task).collect();
            Ok(format!("<ac:task-list>{}</ac:task-list>", tasks?))
        }
        "mediaSingle" => {
            content(node)?.iter().filter(|media| kind(media) == Ok("media")).map(image).collect()
        }
        "media" => image(node),
        "extension" => Ok(plain_macro(node)),
        "bodiedExtension" => Ok(rich_macro(text(node, "extensionKey"), &parameters(node), &blocks(node)?)),
        other => Err(format!("there is no node of type {other} where blocks stand")),
    }
}

/// The lozenge.
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
        "taskItem" | "decisionItem" => inline::line(node)?,
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

fn image(node: &Value) -> Result<String, String> {
    let alt = match text(node, "alt") {
        "" => String::new(),
        alt => format!(" ac:alt=\"{}\"", escape(alt)),
    };
    let target = match text(node, "type") {
        "external" => format!("<ri:url ri:value=\"{}\" />", escape(text(node, "url"))),
        "file" | "link" => {
            let name = [text(node, "__fileName"), text(node, "alt"), text(node, "id")];
            let name = name.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
            format!("<ri:attachment ri:filename=\"{}\" />", escape(name))
        }
        other => return Err(format!("there is no medium of type {other}")),
    };
    Ok(format!("<ac:image{alt}>{target}</ac:image>"))
}

fn plain_macro(node: &Value) -> String {
    let body = macro_parameters(node).into_iter().find(|(name, _)| name == "__bodyContent");
    let body = body.map(|(_, body)| format!("<ac:plain-text-body>{}</ac:plain-text-body>", cdata(&body)));
    format!(
        "<ac:structured-macro ac:name=\"{}\">{}{}</ac:structured-macro>",
        escape(text(node, "extensionKey")),
        parameters(node),
        body.unwrap_or_default()
    )
}

fn rich_macro(name: &str, parameters: &str, body: &str) -> String {
    format!(
        "<ac:structured-macro ac:name=\"{}\">{parameters}<ac:rich-text-body>{body}</ac:rich-text-body>\
         </ac:structured-macro>",
        escape(name)
    )
}

/// A parameter of a macro; an empty one is left out.
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
