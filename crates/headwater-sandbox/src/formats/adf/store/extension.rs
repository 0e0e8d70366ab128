//! Nodes without elements of their own in storage format, which are stored as they are.

use serde_json::{Map, Value};

use super::super::extension::kebab_case;
use super::{blocks, content, escape, inline, kind};

/// Converts a panel with a colour that no macro has.
pub(super) fn panel(node: &Value) -> Result<String, String> {
    let body = blocks(node)?;
    let fallback = format!("<div class=\"panel\"><div class=\"panelContent\">{body}</div></div>");
    let attributes = attributes(node);
    Ok(extension(&format!(
        "<ac:adf-node type=\"panel\">{attributes}<ac:adf-content>{body}</ac:adf-content></ac:adf-node>\
         <ac:adf-fallback>{fallback}</ac:adf-fallback>"
    )))
}

/// Converts a list of decisions.
pub(super) fn decisions(node: &Value) -> Result<String, String> {
    let (mut items, mut fallback) = (Vec::new(), Vec::new());
    for item in content(node)? {
        if kind(item)? != "decisionItem" {
            return Err(format!("there is no node of type {} in a list of decisions", kind(item)?));
        }
        let line = inline::line(item)?;
        items.push(format!(
            "<ac:adf-node type=\"decision-item\">{}<ac:adf-content>{line}</ac:adf-content></ac:adf-node>",
            attributes(item)
        ));
        fallback.push(format!("<li>{line}</li>"));
    }
    let (attributes, items, fallback) = (attributes(node), items.concat(), fallback.concat());
    Ok(extension(&format!(
        "<ac:adf-node type=\"decision-list\">{attributes}{items}</ac:adf-node>\
         <ac:adf-fallback><ul class=\"decision-list\">{fallback}</ul></ac:adf-fallback>"
    )))
}

fn extension(inside: &str) -> String {
    format!("<ac:adf-extension>{inside}</ac:adf-extension>")
}

fn attributes(node: &Value) -> String {
    let all = node.get("attrs").and_then(Value::as_object).into_iter().flat_map(Map::iter);
    let written = all.filter_map(|(name, value)| Some((name, value.as_str()?)));
    let elements: Vec<String> = written
        .map(|(name, value)| {
            let key = escape(&kebab_case(name));
            format!("<ac:adf-attribute key=\"{key}\">{}</ac:adf-attribute>", escape(value))
        })
        .collect();
    elements.concat()
}
