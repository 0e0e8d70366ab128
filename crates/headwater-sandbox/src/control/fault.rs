//! Scripted answers: the next requests to an operation get them instead of the real thing.

use std::collections::VecDeque;

use axum::body::Body;
use axum::extract::{Request, State as Extract};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Method, StatusCode};

use crate::state::State;

/// Answers for the next requests with this method whose path starts with this prefix.
#[derive(Clone, Debug)]
pub struct Fault {
    method: Method,
    path_prefix: String,
    responses: VecDeque<ScriptedResponse>,
}

/// One scripted answer.
#[derive(Clone, Debug)]
pub struct ScriptedResponse {
    /// The status line.
    pub status: StatusCode,
    /// All headers; nothing is added.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The bytes after the headers.
    pub body: String,
}

impl Fault {
    /// Scripts `responses`, to be given in this order. The prefix is either a whole path on this server, such as
    /// `/oauth/token`, or one as a site knows it, such as `/wiki/api/v2/pages`.
    pub fn new(
        method: Method,
        path_prefix: impl Into<String>,
        responses: impl IntoIterator<Item = ScriptedResponse>,
    ) -> Self {
        Self { method, path_prefix: path_prefix.into(), responses: responses.into_iter().collect() }
    }

    pub(super) fn applies_to(&self, method: &Method, path: &str) -> bool {
        *method == self.method
            && (path.starts_with(&self.path_prefix) || within_site(path).starts_with(&self.path_prefix))
    }

    pub(super) fn take(&mut self) -> Option<ScriptedResponse> {
        self.responses.pop_front()
    }

    pub(super) fn is_over(&self) -> bool {
        self.responses.is_empty()
    }
}

impl IntoResponse for ScriptedResponse {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response
    }
}

/// Stands in front of every route: a scripted answer wins over everything.
pub(crate) async fn intercept(Extract(state): Extract<State>, request: Request, next: Next) -> Response {
    match state.control.take_fault(request.method(), request.uri().path()) {
        Some(scripted) => scripted.into_response(),
        None => next.run(request).await,
    }
}

/// The path behind `/ex/confluence/{cloudId}`; empty for other paths.
fn within_site(path: &str) -> &str {
    path.strip_prefix("/ex/confluence/")
        .and_then(|rest| rest.find('/').and_then(|at| rest.get(at..)))
        .unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_of_the_whole_path_or_of_the_path_within_a_site() {
        let cases = [
            ("/oauth/token", "/oauth/token", true),
            ("/wiki/api/v2/pages", "/ex/confluence/cloud-1/wiki/api/v2/pages/7", true),
            ("/wiki/api/v2/pages", "/ex/confluence/cloud-1/wiki/api/v2/spaces", false),
            ("/ex/confluence/cloud-1/", "/ex/confluence/cloud-1/wiki/api/v2/spaces", true),
            ("/ex/confluence/cloud-2/", "/ex/confluence/cloud-1/wiki/api/v2/spaces", false),
            ("/wiki", "/ex/confluence/cloud-1", false),
        ];
        for (prefix, path, expected) in cases {
            let fault = Fault::new(Method::GET, prefix, []);
            assert_eq!(fault.applies_to(&Method::GET, path), expected, "{prefix} on {path}");
            assert!(!fault.applies_to(&Method::PUT, path), "another method");
        }
    }
}
