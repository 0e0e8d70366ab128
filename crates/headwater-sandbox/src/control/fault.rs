//! Faults: what happens to the next requests of an operation instead of, before or after the real thing.

use std::collections::VecDeque;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Method, StatusCode};

mod spec;

pub(crate) use self::spec::FaultSpec;
use crate::operations::{self, Pattern};

/// Steps for the next requests that match.
#[derive(Clone, Debug)]
pub struct Fault {
    name: Option<String>,
    target: FaultTarget,
    /// The number of matching requests that are left alone first.
    skip: u32,
    /// The interval from then on: 1 for every request, 2 for every other one.
    every: u32,
    seen: u32,
    steps: VecDeque<FaultStep>,
    /// True when the last step stays for good.
    lasting: bool,
}

/// The requests that a fault is for. A member that is not given fits everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultTarget {
    /// The method.
    pub method: Option<Method>,
    /// The beginning of the path, or the whole path when it has parameters in braces. It is either a path on this
    /// server, such as `/oauth/token`, or one as a site knows it, such as `/wiki/api/v2/pages/{id}`.
    pub path: Option<String>,
    /// The vendor's name of an operation of REST v2, such as `createPage`.
    pub operation: Option<String>,
    /// At the token endpoint: `authorization_code` or `refresh_token`.
    pub grant_type: Option<String>,
}

/// One step of a fault: what happens to one request.
#[derive(Clone, Debug)]
pub struct FaultStep {
    /// The time of the fault: before or after the effect of the request.
    pub phase: FaultPhase,
    /// The delay.
    pub delay: FaultDelay,
    /// The outcome.
    pub outcome: FaultOutcome,
}

/// The side of the effect on which a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultPhase {
    /// Before the effect, which only happens if the outcome is to proceed.
    Before,
    /// After the effect: only the reply is affected.
    After,
}

/// The delay of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultDelay {
    /// Not at all.
    None,
    /// Until the sandbox's clock has moved by this much.
    Clock(Duration),
    /// Until this name is released.
    Held(String),
}

/// The reply that a request gets.
#[derive(Clone, Debug)]
pub enum FaultOutcome {
    /// The real reply.
    Proceed,
    /// This reply.
    Answer(ScriptedResponse),
    /// No reply: the connection ends.
    Drop,
    /// The head and so many bytes of the real reply; then the connection ends.
    Reset {
        /// The number of bytes of the body that arrive.
        after_bytes: usize,
    },
    /// The real reply with its body cut after so many bytes, as a whole and well-framed message.
    Truncate {
        /// The number of bytes of the body that arrive.
        after_bytes: usize,
    },
    /// The head, and the body byte by byte.
    Drip {
        /// The time that each byte takes, on the sandbox's clock.
        pause: Duration,
    },
    /// The head and so many bytes of the real reply; the rest when this name is released.
    Stall {
        /// The number of bytes of the body that arrive at once.
        after_bytes: usize,
        /// The name whose release lets the rest follow.
        hold: String,
    },
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

/// A request, as far as faults look at it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) grant_type: Option<&'a str>,
}

impl Fault {
    /// Scripts `responses`, to be given in this order instead of the real ones. The prefix is either a whole path on
    /// this server, such as `/oauth/token`, or one as a site knows it, such as `/wiki/api/v2/pages`.
    pub fn new(
        method: Method,
        path_prefix: impl Into<String>,
        responses: impl IntoIterator<Item = ScriptedResponse>,
    ) -> Self {
        let target =
            FaultTarget { method: Some(method), path: Some(path_prefix.into()), ..FaultTarget::default() };
        Self::steps(target, responses.into_iter().map(FaultStep::answer))
    }

    /// Scripts these steps, one for each request that matches.
    pub fn steps(target: FaultTarget, steps: impl IntoIterator<Item = FaultStep>) -> Self {
        let steps = steps.into_iter().collect();
        Self { name: None, target, skip: 0, every: 1, seen: 0, steps, lasting: false }
    }

    /// Gives the fault a name, which the log mentions.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Leaves so many requests alone first.
    #[must_use]
    pub fn after_skipping(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    /// Meets only one of so many matching requests: 1 meets all, 2 every other one.
    #[must_use]
    pub fn every(mut self, requests: u32) -> Self {
        self.every = requests.max(1);
        self
    }

    /// Keeps the last step for good, until faults are cleared.
    #[must_use]
    pub fn lasting(mut self) -> Self {
        self.lasting = true;
        self
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn target(&self) -> &FaultTarget {
        &self.target
    }

    /// Returns how many steps are left; `None` when it lasts.
    pub(crate) fn left(&self) -> Option<usize> {
        (!self.lasting).then_some(self.steps.len())
    }

    /// Takes the step for this request, if it is one of those that are met.
    pub(super) fn strike(&mut self, asked: &Asked<'_>) -> Option<FaultStep> {
        if !self.target.fits(asked) {
            return None;
        }
        self.seen = self.seen.saturating_add(1);
        let behind = self.seen.checked_sub(self.skip.saturating_add(1))?;
        if !behind.is_multiple_of(self.every) {
            return None;
        }
        if self.lasting && self.steps.len() == 1 {
            return self.steps.front().cloned();
        }
        self.steps.pop_front()
    }

    pub(super) fn is_over(&self) -> bool {
        self.steps.is_empty()
    }
}

impl FaultTarget {
    fn fits(&self, asked: &Asked<'_>) -> bool {
        let within = within_site(asked.path);
        let fits_path = |wanted: &String| {
            if wanted.contains('{') {
                Pattern::parse(wanted).is_ok_and(|pattern| pattern.fits(asked.path) || pattern.fits(within))
            } else {
                asked.path.starts_with(wanted.as_str()) || within.starts_with(wanted.as_str())
            }
        };
        let fits_operation =
            |wanted: &String| operations::name_of(asked.method, within).is_some_and(|name| name == wanted);
        self.method.as_ref().is_none_or(|method| method == asked.method)
            && self.path.as_ref().is_none_or(fits_path)
            && self.operation.as_ref().is_none_or(fits_operation)
            && self.grant_type.as_deref().is_none_or(|wanted| asked.grant_type == Some(wanted))
    }
}

impl FaultStep {
    /// Returns a step that gives this answer before anything happens.
    pub fn answer(response: ScriptedResponse) -> Self {
        Self { phase: FaultPhase::Before, delay: FaultDelay::None, outcome: FaultOutcome::Answer(response) }
    }

    /// Returns a step with this outcome before anything happens.
    pub fn before(outcome: FaultOutcome) -> Self {
        Self { phase: FaultPhase::Before, delay: FaultDelay::None, outcome }
    }

    /// Returns a step with this outcome after everything happened.
    pub fn after(outcome: FaultOutcome) -> Self {
        Self { phase: FaultPhase::After, delay: FaultDelay::None, outcome }
    }

    /// Adds a delay to the step.
    #[must_use]
    pub fn delayed(mut self, delay: FaultDelay) -> Self {
        self.delay = delay;
        self
    }
}

impl FaultOutcome {
    /// Returns the word for it in the log.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Proceed => "proceed",
            Self::Answer(_) => "answer",
            Self::Drop => "drop",
            Self::Reset { .. } => "reset",
            Self::Truncate { .. } => "truncate",
            Self::Drip { .. } => "drip",
            Self::Stall { .. } => "stall",
        }
    }
}

impl ScriptedResponse {
    /// Returns an HTML page, as a proxy between the client and the vendor would send it.
    pub fn html(status: StatusCode) -> Self {
        let reason = status.canonical_reason().unwrap_or("Error");
        let code = status.as_u16();
        Self {
            status,
            headers: vec![(http::header::CONTENT_TYPE, HeaderValue::from_static("text/html"))],
            body: format!(
                "<html>\n<head><title>{code} {reason}</title></head>\n<body>\n<center><h1>{code} {reason}</h1>\
                 </center>\n</body>\n</html>\n"
            ),
        }
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

/// Returns the path behind `/ex/confluence/{cloudId}`; empty for other paths.
pub(crate) fn within_site(path: &str) -> &str {
    path.strip_prefix("/ex/confluence/")
        .and_then(|rest| rest.find('/').and_then(|at| rest.get(at..)))
        .unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked<'a>(method: &'a Method, path: &'a str) -> Asked<'a> {
        Asked { method, path, grant_type: None }
    }

    #[test]
    fn a_path_is_of_the_whole_server_or_within_a_site_and_braces_make_it_exact() {
        let cases = [
            ("/oauth/token", "/oauth/token", true),
            ("/wiki/api/v2/pages", "/ex/confluence/cloud-1/wiki/api/v2/pages/7", true),
            ("/wiki/api/v2/pages", "/ex/confluence/cloud-1/wiki/api/v2/spaces", false),
            ("/ex/confluence/cloud-1/", "/ex/confluence/cloud-1/wiki/api/v2/spaces", true),
            ("/ex/confluence/cloud-2/", "/ex/confluence/cloud-1/wiki/api/v2/spaces", false),
            ("/wiki", "/ex/confluence/cloud-1", false),
            ("/wiki/api/v2/pages/{id}", "/ex/confluence/cloud-1/wiki/api/v2/pages/7", true),
            ("/wiki/api/v2/pages/{id}", "/ex/confluence/cloud-1/wiki/api/v2/pages/7/labels", false),
            ("/wiki/api/v2/pages/{id}", "/ex/confluence/cloud-1/wiki/api/v2/pages", false),
        ];
        for (prefix, path, expected) in cases {
            let target = Fault::new(Method::GET, prefix, []).target;
            assert_eq!(target.fits(&asked(&Method::GET, path)), expected, "{prefix} on {path}");
            assert!(!target.fits(&asked(&Method::PUT, path)), "another method");
        }
    }

    #[test]
    fn operations_and_grant_types_are_told_apart() {
        let operation = FaultTarget { operation: Some("updatePage".to_owned()), ..FaultTarget::default() };
        let path = "/ex/confluence/c/wiki/api/v2/pages/7";
        assert!(operation.fits(&asked(&Method::PUT, path)));
        assert!(!operation.fits(&asked(&Method::GET, path)));
        let refresh = FaultTarget { grant_type: Some("refresh_token".to_owned()), ..FaultTarget::default() };
        let token = |grant_type| Asked { method: &Method::POST, path: "/oauth/token", grant_type };
        assert!(refresh.fits(&token(Some("refresh_token"))));
        assert!(!refresh.fits(&token(Some("authorization_code"))));
        assert!(!refresh.fits(&token(None)));
    }

    #[test]
    fn requests_are_skipped_counted_and_met_for_good() {
        let struck = |mut fault: Fault| -> String {
            let request = asked(&Method::GET, "/x");
            (0..8).map(|_| if fault.strike(&request).is_some() { '!' } else { '.' }).collect()
        };
        let drops = |count| (0..count).map(|_| FaultStep::before(FaultOutcome::Drop));
        let fault = |count| Fault::steps(FaultTarget::default(), drops(count));
        let cases = [
            (fault(2), "!!......"),
            (fault(1).after_skipping(3), "...!...."),
            (fault(3).every(2), "!.!.!..."),
            (fault(1).lasting(), "!!!!!!!!"),
            (fault(2).lasting().after_skipping(1).every(3), ".!..!..!"),
        ];
        for (fault, expected) in cases {
            let shown = format!("{fault:?}");
            assert_eq!(struck(fault), expected, "{shown}");
        }
    }
}
