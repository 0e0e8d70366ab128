//! A search's answer as the v1 API gives it.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::search::{Found, Hit};
use crate::rest::v2::entity::{tiny_path, web_path as entity_path};
use crate::timestamp;

/// The answer of `/wiki/rest/api/search`. `site_url` is the site's address without `/wiki`, `cql` and `limit` are the
/// request's own, `excerpt` its `excerpt` parameter.
pub(crate) fn envelope(found: &Found, site_url: &str, cql: &str, limit: i64, excerpt: Option<&str>) -> Value {
    let rows: Vec<Value> = found.rows.iter().map(|hit| row(hit, excerpt)).collect();
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let mut links = json!({
        "base": format!("{site_url}/wiki"),
        "context": "/wiki",
        "self": format!("{site_url}/wiki/rest/api/search?cql={}", encode(cql)),
    });
    if let (Some(next), Some(links)) = (&found.next, links.as_object_mut()) {
        let start = found.start + i64::try_from(rows.len()).unwrap_or(0);
        let next = format!(
            "/rest/api/search?next=true&cursor={}&limit={limit}&start={start}&cql={}",
            encode(next),
            encode(cql)
        );
        links.insert("next".to_owned(), next.into());
    }
    json!({
        "results": rows,
        "start": found.start,
        "limit": limit,
        "size": found.rows.len(),
        "totalSize": found.total,
        "cqlQuery": found.normalised,
        "searchDuration": 0,
        "archivedResultCount": 0,
        "_links": links,
    })
}

fn row(hit: &Hit, excerpt: Option<&str>) -> Value {
    let content = &hit.content;
    let kind = content.kind.as_str();
    let web = web_path(hit);
    let excerpt = match excerpt {
        None | Some("highlight" | "highlight_unescaped") => hit.excerpt.clone(),
        Some("indexed" | "indexed_unescaped") => hit.excerpt.chars().take(50).collect(),
        Some(_) => String::new(),
    };
    let id = if kind == "attachment" { format!("att{}", content.id) } else { content.id.to_string() };
    json!({
        "content": {
            "id": id,
            "type": kind,
            "status": content.status.as_str(),
            "title": content.title,
            "childTypes": {},
            "macroRenderedOutput": {},
            "restrictions": {},
            "_expandable": {
                "container": "", "metadata": "", "extensions": "", "operations": "", "children": "", "history": "",
                "ancestors": "", "body": "", "version": "", "descendants": "",
                "space": format!("/rest/api/space/{}", hit.space.key),
            },
            "_links": { "webui": web, "self": format!("/rest/api/content/{id}"), "tinyui": tiny_path(content.id) },
        },
        "title": hit.title,
        "excerpt": excerpt,
        "url": web,
        "resultGlobalContainer": { "title": hit.space.name, "displayUrl": format!("/spaces/{}", hit.space.key) },
        "breadcrumbs": [],
        "entityType": "content",
        "iconCssClass": format!("aui-icon content-type-{kind}"),
        "lastModified": timestamp::iso(hit.last_modified),
        "friendlyLastModified": day(hit.last_modified),
        "score": 0,
    })
}

fn web_path(hit: &Hit) -> String {
    match hit.content.container_id {
        Some(container) => {
            format!("/spaces/{}/pages/{container}?focusedCommentId={}", hit.space.key, hit.content.id)
        }
        None => entity_path(&hit.content, &hit.space),
    }
}

fn day(millis: i64) -> String {
    timestamp::iso(millis).chars().take(10).collect()
}
