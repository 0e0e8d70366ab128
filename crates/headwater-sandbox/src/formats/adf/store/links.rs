//! Links, written as storage format.

use serde_json::Value;

use super::{escape, text};

/// Returns the beginning and the end of a link around its words: to an address, or to what the metadata names.
pub(super) fn ends(mark: &Value) -> (String, String) {
    let metadata = mark.get("attrs").and_then(|attributes| attributes.get("__confluenceMetadata"));
    let known = |name: &str| metadata.and_then(|metadata| metadata.get(name)).and_then(Value::as_str);
    let attribute = |attribute: &str, name: &str| {
        known(name).map(|value| format!(" {attribute}=\"{}\"", escape(value))).unwrap_or_default()
    };
    let anchor = attribute("ac:anchor", "anchorName");
    let target = match (known("linkType"), known("contentTitle"), known("fileName")) {
        (Some("attachment"), _, Some(name)) => format!("<ri:attachment ri:filename=\"{}\" />", escape(name)),
        (Some("space"), ..) if known("spaceKey").is_some() => {
            format!("<ri:space{} />", attribute("ri:space-key", "spaceKey"))
        }
        (Some("self"), ..) if !anchor.is_empty() => String::new(),
        (kind, Some(title), _) => {
            let name = if kind == Some("blogpost") { "ri:blog-post" } else { "ri:page" };
            let space = attribute("ri:space-key", "spaceKey");
            let day = attribute("ri:posting-day", "postingDay");
            format!("<{name} ri:content-title=\"{}\"{space}{day} />", escape(title))
        }
        _ => return (format!("<a href=\"{}\">", escape(text(mark, "href"))), "</a>".to_owned()),
    };
    (format!("<ac:link{anchor}>{target}<ac:link-body>"), "</ac:link-body></ac:link>".to_owned())
}
