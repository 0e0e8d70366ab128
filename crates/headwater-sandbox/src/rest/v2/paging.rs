//! Pages of lists. The cursor names the last row that was given and the order it was given in.

use std::cmp::Ordering;

use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::LINK;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::request::v2_error::{invalid_cursor, invalid_parameter, wrong_type};
use crate::request::{Call, Query, Refusal};
use crate::storage::listing::{After, By, Key, Listed, Order};

/// The largest page.
const MOST: u32 = 250;

/// A word of the `sort` parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) word: &'static str,
    pub(crate) order: Order,
}

/// The page of a list that is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Paging {
    pub(crate) limit: u32,
    pub(crate) after: Option<After>,
    sort: Sort,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub(crate) struct Page<T> {
    pub(crate) rows: Vec<T>,
    /// The cursor of the next page, when there is one.
    pub(crate) next: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cursor {
    id: String,
    content_order: String,
    content_order_value: Value,
}

/// A sort word that orders upwards.
pub(crate) const fn up(word: &'static str, by: By) -> Sort {
    Sort { word, order: Order { by, descending: false } }
}

/// A sort word that orders downwards.
pub(crate) const fn down(word: &'static str, by: By) -> Sort {
    Sort { word, order: Order { by, descending: true } }
}

impl Sort {
    /// Reads the wanted sort out of `words`; the first is the default.
    pub(crate) fn read(query: &Query, words: &'static [Self], kind: &str) -> Result<Self, Refusal> {
        let wanted = query.first("sort");
        let default = words.first().copied().unwrap_or(up("id", By::Id));
        let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else { return Ok(default) };
        words.iter().find(|sort| sort.word == wanted).copied().ok_or_else(|| wrong_type("sort", wanted, kind))
    }
}

impl Paging {
    pub(crate) fn read(query: &Query, default_limit: u32, sort: Sort) -> Result<Self, Refusal> {
        Self::read_from(query, default_limit, 1, sort)
    }

    /// Reads the page of a list with another smallest page.
    pub(crate) fn read_from(
        query: &Query,
        default_limit: u32,
        least: u32,
        sort: Sort,
    ) -> Result<Self, Refusal> {
        let limit = match query.first("limit") {
            None => default_limit,
            Some(value) => read_limit(value, least)?,
        };
        let after = query.first("cursor").map(|cursor| decode(cursor, sort)).transpose()?;
        Ok(Self { limit, after, sort })
    }

    pub(crate) fn order(&self) -> Order {
        self.sort.order
    }

    /// Returns how many rows to fetch: one more than is shown tells whether there is a next page.
    pub(crate) fn fetch(&self) -> u32 {
        self.limit + 1
    }

    /// Makes a page of rows that were fetched in order and after the cursor.
    pub(crate) fn cut(&self, rows: Vec<Listed>) -> Page<Listed> {
        self.cut_by(rows, |row| After { id: row.content.id, key: row.key.clone() })
    }

    /// Makes a page of a whole list that is in memory.
    pub(crate) fn cut_all<T>(&self, mut rows: Vec<T>, place: impl Fn(&T) -> After) -> Page<T> {
        rows.sort_by(|one, other| self.compare(&place(one), &place(other)));
        if let Some(after) = &self.after {
            rows.retain(|row| self.compare(&place(row), after) == Ordering::Greater);
        }
        self.cut_by(rows, place)
    }

    fn cut_by<T>(&self, mut rows: Vec<T>, place: impl Fn(&T) -> After) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(|row| encode(&place(row), self.sort));
        Page { rows, next }
    }

    fn compare(&self, one: &After, other: &After) -> Ordering {
        let ordering = key_order(&one.key, &other.key).then(one.id.cmp(&other.id));
        if self.sort.order.descending { ordering.reverse() } else { ordering }
    }
}

impl<T> Page<T> {
    /// Builds the reply: results, the link to the next page, and the links again in the `Link` header.
    pub(crate) fn reply<R: Serialize>(self, call: &Call, show: impl FnMut(T) -> R) -> Response {
        let results: Vec<R> = self.rows.into_iter().map(show).collect();
        let next = self.next.map(|cursor| next_link(call, &cursor));
        let mut links = json!({ "base": call.base() });
        let mut header = format!("<{}>; rel=\"base\"", call.base());
        if let Some(next) = next {
            header = format!("<{next}>; rel=\"next\", {header}");
            links = json!({ "next": next, "base": call.base() });
        }
        ([(LINK, header)], Json(json!({ "results": results, "_links": links }))).into_response()
    }
}

/// Builds the reply with one entity, with the base link in the `Link` header.
pub(crate) fn single(call: &Call, entity: impl Serialize) -> Response {
    ([(LINK, format!("<{}>; rel=\"base\"", call.base()))], Json(entity)).into_response()
}

fn read_limit(value: &str, least: u32) -> Result<u32, Refusal> {
    let number: i64 = value.parse().map_err(|_| wrong_type("limit", value, "int"))?;
    match u32::try_from(number) {
        Ok(limit) if (least..=MOST).contains(&limit) => Ok(limit),
        _ if number < i64::from(least) => Err(invalid_parameter(format!(
            "Provided size {{{number}}} for 'limit' is less than the min allowed: {least}"
        ))),
        _ => Err(invalid_parameter(format!(
            "Provided size {{{number}}} for 'limit' is greater than the max allowed: {MOST}"
        ))),
    }
}

fn next_link(call: &Call, cursor: &str) -> String {
    let others = call.query.without(&["cursor"]);
    let separator = if others.is_empty() { "" } else { "&" };
    // Of the alphabet of base64 only the plus sign means something else in a query.
    format!("{}?{others}{separator}cursor={}", call.path, cursor.replace('+', "%2B"))
}

fn encode(after: &After, sort: Sort) -> String {
    let content_order_value = match &after.key {
        Key::Number(number) => json!(number),
        Key::Text(text) => json!(text),
    };
    let cursor =
        Cursor { id: after.id.to_string(), content_order: sort.word.to_owned(), content_order_value };
    STANDARD.encode(json!(cursor).to_string())
}

fn decode(cursor: &str, sort: Sort) -> Result<After, Refusal> {
    let bytes = STANDARD.decode(cursor.replace(' ', "+")).map_err(|_| invalid_cursor())?;
    let cursor: Cursor = serde_json::from_slice(&bytes).map_err(|_| invalid_cursor())?;
    if cursor.content_order != sort.word {
        return Err(invalid_cursor());
    }
    // A cursor with a value of the wrong type was made up by the client.
    let key = match (sort.order.by, cursor.content_order_value) {
        (By::Title, Value::String(text)) => Key::Text(text),
        (By::Title, _) => return Err(invalid_cursor()),
        (_, value) => Key::Number(value.as_i64().ok_or_else(invalid_cursor)?),
    };
    Ok(After { id: cursor.id.parse().map_err(|_| invalid_cursor())?, key })
}

fn key_order(one: &Key, other: &Key) -> Ordering {
    match (one, other) {
        (Key::Number(one), Key::Number(other)) => one.cmp(other),
        (Key::Text(one), Key::Text(other)) => one.cmp(other),
        (Key::Number(_), Key::Text(_)) => Ordering::Less,
        (Key::Text(_), Key::Number(_)) => Ordering::Greater,
    }
}
