//! Macros, tasks and pictures, out of storage format.

use serde_json::{Map, Value, json};

use super::tree::Element;
use super::{blocks, inline};

/// The panels: the macro and the panel type.
pub(super) const PANELS: [(&str, &str); 4] =
    [("info", "info"), ("note", "note"), ("warning", "warning"), ("tip", "success")];

/// The type of extension nodes that stand for macros.
pub(super) const MACRO: &str = "com.atlassian.confluence.macro.core";

/// A macro that stands where a block stands.
pub(super) fn block(element: &Element) -> Value {
    let name = element.attribute("ac:name");
    let rich = element.child("ac:rich-text-body");
    let content = || rich.map(|body| blocks::convert(&body.children)).unwrap_or_default();
    if let Some((_, panel)) = PANELS.iter().find(|(macro_name, _)| *macro_name == name) {
        return json!({ "type": "panel", "attrs": { "panelType": panel }, "content": content() });
    }
    match name {
        "code" => {
            let body = element.child("ac:plain-text-body").map(Element::text).unwrap_or_default();
            code_block(&parameter(element, "language"), &body)
        }
        "expand" => {
            json!({ "type": "expand", "attrs": { "title": parameter(element, "title") }, "content": content() })
        }
        "status" => json!({ "type": "paragraph", "content": [status(element)] }),
        _ => extension(element, rich),
    }
}

/// The lozenge.
pub(super) fn status(element: &Element) -> Value {
    let color = match parameter(element, "colour").to_lowercase().as_str() {
        "green" => "green",
        "yellow" => "yellow",
        "red" => "red",
        "blue" => "blue",
        "purple" => "purple",
        _ => "neutral",
    };
    json!({ "type": "status", "attrs": { "text": parameter(element, "title"), "color": color } })
}

/// Code in a language; without one the attribute is left out.
pub(super) fn code_block(language: &str, code: &str) -> Value {
    let attributes = if language.is_empty() { json!({}) } else { json!({ "language": language }) };
    let content = if code.is_empty() { json!([]) } else { json!([{ "type": "text", "text": code }]) };
    json!({ "type": "codeBlock", "attrs": attributes, "content": content })
}

/// A list of tasks, and lists inside it.
pub(super) fn task_list(element: &Element) -> Value {
    let text = |task: &Element, name: &str| task.child(name).map(Element::text).unwrap_or_default();
    let items: Vec<Value> = element
        .elements()
        .filter(|task| task.name == "ac:task")
        .map(|task| {
            let state = if text(task, "ac:task-status") == "complete" { "DONE" } else { "TODO" };
            let body = task.child("ac:task-body");
            let content = body.map(|body| inline::convert(&body.children, &[])).unwrap_or_default();
            let id = text(task, "ac:task-id");
            json!({ "type": "taskItem", "attrs": { "localId": id, "state": state }, "content": content })
        })
        .collect();
    json!({ "type": "taskList", "attrs": { "localId": "" }, "content": items })
}

/// A picture by its address, or an attached one by its file name.
pub(super) fn image(element: &Element) -> Option<Value> {
    let alt = element.attribute("ac:alt");
    let media = match (element.child("ri:url"), element.child("ri:attachment")) {
        (Some(url), _) => json!({ "type": "external", "url": url.attribute("ri:value"), "alt": alt }),
        (None, Some(file)) => {
            let name = file.attribute("ri:filename");
            json!({ "type": "file", "id": name, "collection": "", "__fileName": name, "alt": alt })
        }
        (None, None) => return None,
    };
    let media = json!({ "type": "media", "attrs": media });
    Some(json!({ "type": "mediaSingle", "attrs": { "layout": "center" }, "content": [media] }))
}

fn extension(element: &Element, rich: Option<&Element>) -> Value {
    let mut parameters = Map::new();
    for parameter in element.elements().filter(|child| child.name == "ac:parameter") {
        let name = parameter.attribute("ac:name").to_owned();
        parameters.insert(name, json!({ "value": parameter.text() }));
    }
    let plain = element.child("ac:plain-text-body").map(Element::text);
    if let Some(body) = plain {
        parameters.insert("__bodyContent".to_owned(), json!({ "value": body }));
    }
    let attributes = json!({
        "extensionType": MACRO,
        "extensionKey": element.attribute("ac:name"),
        "parameters": { "macroParams": parameters },
        "layout": "default",
    });
    match rich {
        Some(body) => {
            let content = blocks::convert(&body.children);
            json!({ "type": "bodiedExtension", "attrs": attributes, "content": content })
        }
        None => json!({ "type": "extension", "attrs": attributes }),
    }
}

fn parameter(element: &Element, name: &str) -> String {
    let parameters = element.elements().filter(|child| child.name == "ac:parameter");
    parameters
        .filter(|child| child.attribute("ac:name") == name)
        .map(Element::text)
        .next()
        .unwrap_or_default()
}
