//! Searching, with words or with a query.

use askama::Template;
use axum::extract::{Query, State as Extract};
use axum::response::Response;
use serde::Deserialize;

use super::page::{WebError, day, link, show};
use crate::search::{self, Excerpt, Search, SearchError};
use crate::state::State;
use crate::storage::{sites, users};

/// The number of results on the page.
const SHOWN: i64 = 50;
/// The operators, which tell a query from plain words.
const OPERATORS: [char; 4] = ['=', '~', '<', '>'];

#[derive(Template)]
#[template(path = "web/search.html")]
struct SearchPage {
    query: String,
    /// What was found, or what can be typed.
    note: String,
    /// What is wrong with the query, instead of results.
    problem: Option<String>,
    hits: Vec<HitView>,
}

struct HitView {
    href: String,
    title: Vec<Piece>,
    excerpt: Vec<Piece>,
    note: String,
}

/// A piece of a text, marked or not.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    text: String,
    is_marked: bool,
}

#[derive(Deserialize)]
pub(super) struct Words {
    #[serde(default)]
    q: String,
}

pub(super) async fn search(
    Extract(state): Extract<State>,
    Query(words): Query<Words>,
) -> Result<Response, WebError> {
    let mut tx = state.storage.begin().await?;
    let (mut hits, mut total, mut problem) = (Vec::new(), 0, None);
    let cql = query(&words.q);
    let reader = users::all(&mut tx).await?.into_iter().next().filter(|_| !words.q.trim().is_empty());
    if let Some(reader) = reader {
        for site in sites::all(&mut tx).await? {
            let wanted = Search {
                cloud_id: &site.cloud_id,
                account_id: &reader.account_id,
                offset_seconds: 0,
                now_ms: state.clock.now_ms(),
                cql: &cql,
                context: None,
                excerpt: Excerpt::Highlight { escaped: false },
                archived_spaces: true,
                limit: SHOWN,
                cursor: None,
            };
            match search::search(&mut tx, &wanted).await {
                Ok(found) => {
                    total += found.total;
                    hits.extend(found.rows.iter().map(view));
                }
                Err(SearchError::Storage(error)) => return Err(error.into()),
                Err(error) => problem = Some(error.to_string()),
            }
        }
    }
    let note = if words.q.trim().is_empty() {
        "Type some words, or a query such as type = page AND label = runbook.".to_owned()
    } else {
        format!("{total} results for {cql}")
    };
    Ok(show(&SearchPage { query: words.q, note, problem, hits }))
}

/// Returns what was typed as a query. Plain words are looked for everywhere.
fn query(typed: &str) -> String {
    if typed.contains(OPERATORS) {
        return typed.to_owned();
    }
    format!("siteSearch ~ \"{}\"", typed.replace(['\\', '"'], " "))
}

fn view(hit: &search::Hit) -> HitView {
    let date = day(hit.last_modified);
    let (href, kind) = match &hit.content {
        Some(content) => (link(content, &hit.space, 0, String::new()).href, content.kind.as_str()),
        None => (format!("/wiki/spaces/{}", hit.space.key), "space"),
    };
    let note = format!("{kind} in {} · {date}", hit.space.name);
    HitView { href, title: pieces(&unescape(&hit.title)), excerpt: pieces(&hit.excerpt), note }
}

/// Splits a text at its highlight marks.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (place, part) in text.split("@@@hl@@@").enumerate() {
        let (marked, rest) =
            if place == 0 { ("", part) } else { part.split_once("@@@endhl@@@").unwrap_or((part, "")) };
        for (text, is_marked) in [(marked, true), (rest, false)] {
            if !text.is_empty() {
                pieces.push(Piece { text: text.to_owned(), is_marked });
            }
        }
    }
    pieces
}

/// Returns a title without HTML escapes; the template escapes it again.
fn unescape(text: &str) -> String {
    let escapes = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    escapes.iter().fold(text.to_owned(), |text, (escaped, character)| text.replace(escaped, character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_pieces() {
        let piece = |text: &str, is_marked| Piece { text: text.to_owned(), is_marked };
        let found = pieces("a @@@hl@@@b@@@endhl@@@ c@@@hl@@@d");
        assert_eq!(found, [piece("a ", false), piece("b", true), piece(" c", false), piece("d", true)]);
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn words_are_told_from_queries() {
        assert_eq!(query("spring \"tide\\"), "siteSearch ~ \"spring  tide \"");
        assert_eq!(query("type = page"), "type = page");
    }
}
