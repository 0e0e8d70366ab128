//! Lists that are paged by counting: `start` and `limit`.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use crate::request::v1_error::exception;
use crate::request::{Call, Query, Refusal};

/// The part of a list that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset {
    pub(super) start: usize,
    pub(super) limit: usize,
}

impl Offset {
    /// Reads the part; more than `most` is cut silently.
    pub(super) fn read(query: &Query, default: usize, most: usize) -> Result<Self, Refusal> {
        let start = whole_number(query, "start", 0)?;
        let limit = whole_number(query, "limit", default)?;
        Ok(Self { start, limit: limit.min(most) })
    }

    /// Returns how many rows from the beginning are needed to fill this part and to know whether there are more.
    pub(super) fn fetch(self) -> u32 {
        u32::try_from(self.start.saturating_add(self.limit).saturating_add(1)).unwrap_or(u32::MAX)
    }

    /// Cuts the part out of the rows from the beginning. Returns whether there are more after it.
    pub(super) fn cut<T>(self, rows: Vec<T>) -> (Vec<T>, bool) {
        let has_more = rows.len() > self.start.saturating_add(self.limit);
        (rows.into_iter().skip(self.start).take(self.limit).collect(), has_more)
    }

    /// Builds the reply with this part.
    pub(super) fn reply(self, call: &Call, results: &[Value], has_more: bool) -> Response {
        self.reply_with(call, results, has_more, Value::Null)
    }

    /// Builds the reply with this part and further members.
    pub(super) fn reply_with(self, call: &Call, results: &[Value], has_more: bool, more: Value) -> Response {
        let path = call.path.strip_prefix("/wiki").unwrap_or(&call.path);
        let others = call.query.without(&["start", "limit", "next", "prev"]);
        let separator = if others.is_empty() { "" } else { "&" };
        let link = |word: &str, start: usize| {
            format!("{path}?{word}=true{separator}{others}&limit={}&start={start}", self.limit)
        };
        let mut links = json!({
            "base": call.base(),
            "context": "/wiki",
            "self": format!("{}{path}", call.base()),
        });
        if let Some(links) = links.as_object_mut() {
            if has_more {
                links.insert("next".to_owned(), json!(link("next", self.start + self.limit)));
            }
            if self.start > 0 {
                let before = self.start.saturating_sub(self.limit);
                links.insert("prev".to_owned(), json!(link("prev", before)));
            }
        }
        let mut body = json!({
            "results": results,
            "start": self.start,
            "limit": self.limit,
            "size": results.len(),
            "_links": links,
        });
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
            body.extend(more);
        }
        Json(body).into_response()
    }
}

fn whole_number(query: &Query, name: &str, default: usize) -> Result<usize, Refusal> {
    let Some(text) = query.first(name) else { return Ok(default) };
    let number: i32 = text.parse().map_err(|_| {
        exception(
            StatusCode::BAD_REQUEST,
            "org.springframework.web.method.annotation.MethodArgumentTypeMismatchException",
            &format!(
                "Failed to convert value of type 'java.lang.String' to required type 'int'; nested exception is \
                 java.lang.NumberFormatException: For input string: \"{text}\""
            ),
        )
    })?;
    usize::try_from(number).map_err(|_| {
        let text = format!("{name} cannot be less than zero");
        exception(StatusCode::BAD_REQUEST, "java.lang.IllegalArgumentException", &text)
    })
}
