//! Macros and tasks, read from storage format.

use serde_json::{Map, Value, json};

use super::{blocks, inline};
use crate::formats::storage_format::tree::Element;

/// The panels: the macro and the panel type, which is the one with the same colour.
pub(super) const PANELS: [(&str, &str); 4] =
    [("info", "info"), ("note", "warning"), ("warning", "error"), ("tip", "success")];

/// Panels with a colour of their own: the parameter of the macro and the attribute of the node.
pub(super) const CUSTOM_PANEL: [(&str, &str); 4] = [
    ("bgColor", "panelColor"),
    ("panelIcon", "panelIcon"),
    ("panelIconId", "panelIconId"),
    ("panelIconText", "panelIconText"),
];

/// The type of extension nodes that stand for macros.
pub(super) const MACRO: &str = "com.atlassian.confluence.macro.core";

/// The attributes of a macro that a document keeps besides its parameters, and their members there.
pub(super) const METADATA: [(&str, &str); 2] =
    [("ac:macro-id", "macroId"), ("ac:schema-version", "schemaVersion")];

/// Converts a macro in block content.
pub(super) fn block(element: &Element) -> Value {
    let name = element.attribute("ac:name");
    let rich = element.child("ac:rich-text-body");
    let content = || rich.map(|body| blocks::convert(&body.children)).unwrap_or_default();
    let panel = PANELS.iter().find(|(macro_name, _)| *macro_name == name);
    // A panel of a document has no title: with one the macro stays a macro.
    if let Some((_, panel)) = panel.filter(|_| element.child("ac:parameter").is_none()) {
        return json!({ "type": "panel", "attrs": { "panelType": panel }, "content": content() });
    }
    match name {
        "panel" if is_custom_panel(element) => {
            let mut attributes = Map::new();
            attributes.insert("panelType".to_owned(), json!("custom"));
            for (parameter_name, attribute) in CUSTOM_PANEL {
                let value = parameter(element, parameter_name);
                if !value.is_empty() {
                    attributes.insert(attribute.to_owned(), json!(value));
                }
            }
            json!({ "type": "panel", "attrs": attributes, "content": content() })
        }
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

/// Converts a macro inside a line.
pub(super) fn inline(element: &Element) -> Value {
    let attributes = extension_attributes(element);
    json!({ "type": "inlineExtension", "attrs": attributes })
}

/// Returns whether a panel macro has colours or an icon that only a custom panel can express.
fn is_custom_panel(element: &Element) -> bool {
    let mut names = element.elements().filter(|child| child.name == "ac:parameter");
    names.all(|it| CUSTOM_PANEL.iter().any(|(known, _)| *known == it.attribute("ac:name")))
}

/// Converts a status lozenge.
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

/// Builds a code block; without a language the attribute is left out.
pub(super) fn code_block(language: &str, code: &str) -> Value {
    let attributes = if language.is_empty() { json!({}) } else { json!({ "language": language }) };
    let content = if code.is_empty() { json!([]) } else { json!([{ "type": "text", "text": code }]) };
    json!({ "type": "codeBlock", "attrs": attributes, "content": content })
}

/// Converts a list of tasks, and lists inside it.
pub(super) fn task_list(element: &Element) -> Value {
    let text = |task: &Element, name: &str| task.child(name).map(Element::text).unwrap_or_default();
    let items: Vec<Value> = element
        .elements()
        .filter(|task| matches!(task.name.as_str(), "ac:task" | "ac:task-list"))
        .map(|task| {
            if task.name == "ac:task-list" {
                return task_list(task);
            }
            let state = if text(task, "ac:task-status") == "complete" { "DONE" } else { "TODO" };
            let body = task.child("ac:task-body");
            let content = body.map(|body| inline::convert(&body.children, &[])).unwrap_or_default();
            let id = text(task, "ac:task-id");
            json!({ "type": "taskItem", "attrs": { "localId": id, "state": state }, "content": content })
        })
        .collect();
    let id = text(element, "ac:task-list-id");
    json!({ "type": "taskList", "attrs": { "localId": id }, "content": items })
}

fn extension_attributes(element: &Element) -> Value {
    let mut parameters = Map::new();
    for parameter in element.elements().filter(|child| child.name == "ac:parameter") {
        let name = parameter.attribute("ac:name").to_owned();
        parameters.insert(name, json!({ "value": parameter.text() }));
    }
    let plain = element.child("ac:plain-text-body").map(Element::text);
    if let Some(body) = plain {
        parameters.insert("__bodyContent".to_owned(), json!({ "value": body }));
    }
    let mut metadata = Map::new();
    for (attribute, name) in METADATA {
        let value = element.attribute(attribute);
        if !value.is_empty() {
            metadata.insert(name.to_owned(), json!({ "value": value }));
        }
    }
    let mut about = json!({ "macroParams": parameters });
    if let (false, Some(about)) = (metadata.is_empty(), about.as_object_mut()) {
        about.insert("macroMetadata".to_owned(), Value::Object(metadata));
    }
    json!({ "extensionType": MACRO, "extensionKey": element.attribute("ac:name"), "parameters": about })
}

fn extension(element: &Element, rich: Option<&Element>) -> Value {
    let mut attributes = extension_attributes(element);
    if let Some(attributes) = attributes.as_object_mut() {
        attributes.insert("layout".to_owned(), json!("default"));
    }
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
