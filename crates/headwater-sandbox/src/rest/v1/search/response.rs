//! Replies to searches.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::links::{tiny_path, web_path as entity_path};
use crate::search::{Found, Hit};
use crate::storage::content::Content;
use crate::storage::spaces::Space;
use crate::timestamp;

/// Builds the reply of `/wiki/rest/api/search`. `site_url` is the site's address without `/wiki`, `cql` and `limit`
/// are the request's own.
pub(crate) fn envelope(found: &Found, site_url: &str, cql: &str, limit: i64) -> Value {
    let rows: Vec<Value> = found.rows.iter().map(row).collect();
    json!({
        "results": rows,
        "start": found.start,
        "limit": limit,
        "size": found.rows.len(),
        "totalSize": found.total,
        "cqlQuery": found.normalised,
        "searchDuration": 0,
        "archivedResultCount": 0,
        "_links": links("/rest/api/search", found, site_url, cql, limit),
    })
}

/// Builds the links of a reply. Of the request's parameters only the query and the limit are kept [live].
pub(crate) fn links(path: &str, found: &Found, site_url: &str, cql: &str, limit: i64) -> Value {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let mut links = json!({
        "base": format!("{site_url}/wiki"),
        "context": "/wiki",
        "self": format!("{site_url}/wiki{path}?cql={}", encode(cql)),
    });
    if let (Some(next), Some(links)) = (&found.next, links.as_object_mut()) {
        let start = found.start + i64::try_from(found.rows.len()).unwrap_or(0);
        let next = format!(
            "{path}?next=true&cursor={}&limit={limit}&start={start}&cql={}",
            encode(next),
            encode(cql)
        );
        links.insert("next".to_owned(), next.into());
    }
    links
}

fn row(hit: &Hit) -> Value {
    let (name, entity, web, icon) = match &hit.content {
        Some(content) => {
            let web = web_path(content, &hit.space);
            let icon = format!("aui-icon content-type-{}", content.kind.as_str());
            ("content", self::content(content, &hit.space), web, icon)
        }
        None => (
            "space",
            space(&hit.space),
            format!("/spaces/{}", hit.space.key),
            "aui-icon content-type-space".to_owned(),
        ),
    };
    json!({
        name: entity,
        "title": hit.title,
        "excerpt": hit.excerpt,
        "url": web,
        "resultGlobalContainer": { "title": hit.space.name, "displayUrl": format!("/spaces/{}", hit.space.key) },
        "breadcrumbs": [],
        "entityType": name,
        "iconCssClass": icon,
        "lastModified": timestamp::iso(hit.last_modified),
        "friendlyLastModified": day(hit.last_modified),
        "score": 0,
    })
}

/// Shows content as searches do.
pub(crate) fn content(content: &Content, space: &Space) -> Value {
    let kind = content.kind.as_str();
    let id = if kind == "attachment" { format!("att{}", content.id) } else { content.id.to_string() };
    json!({
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
            "space": format!("/rest/api/space/{}", space.key),
        },
        "_links": {
            "webui": web_path(content, space),
            "self": format!("/rest/api/content/{id}"),
            "tinyui": tiny_path(content.id),
        },
    })
}

fn space(space: &Space) -> Value {
    json!({
        "id": space.id,
        "key": space.key,
        "name": space.name,
        "type": space.kind,
        "status": space.status,
        "_expandable": { "settings": "", "metadata": "", "operations": "", "homepage": "", "icon": "", "description": "" },
        "_links": {
            "webui": format!("/spaces/{}", space.key),
            "self": format!("/rest/api/space/{}", space.key),
        },
    })
}

fn web_path(content: &Content, space: &Space) -> String {
    match content.container_id {
        Some(container) => {
            format!("/spaces/{}/pages/{container}?focusedCommentId={}", space.key, content.id)
        }
        None => entity_path(content, space),
    }
}

fn day(millis: i64) -> String {
    timestamp::iso(millis).chars().take(10).collect()
}
