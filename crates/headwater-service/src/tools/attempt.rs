//! Sending a planned call, and sending it again only where that cannot do its effect twice.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use headwater_catalog::definition::Reply;
use headwater_catalog::download::MOST_INLINE;
use headwater_catalog::plan::RequestPlan;
use headwater_catalog::{form, paging};
use headwater_domain::id::ExecutionId;
use headwater_ports::clock::Clock;
use headwater_ports::upstream::{Body, Patience, ReadError, UpstreamError, full};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, Method, Request};
use serde_json::{Map, Value};

use super::Tools;
use super::execute::Found;
use super::failure;
use super::retry::Retries;
use crate::error::ServiceError;
use crate::governor::Crowded;
use crate::grants::Suspicion;
use crate::live::LiveAccount;
use crate::provider_http::{OUR_NAME, in_time};
use crate::retry_after::retry_after;

/// A provider's answer, read whole.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// How long the provider wants to be left alone.
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Bytes,
}

/// An answer, the account it was given to, and what is known about that account's token.
pub(super) struct Answered {
    pub(super) answer: Answer,
    pub(super) live: Arc<LiveAccount>,
    pub(super) token: TokenStanding,
}

/// What is known about the token of an answered call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenStanding {
    /// Nothing in the answer speaks against it.
    Unquestioned,
    /// It was replaced because of a refusal, and the new one got the same refusal.
    Renewed,
    /// The call was refused, and the provider said that the token is not the reason.
    Accepted,
}

impl Tools {
    /// Performs a call: reads first what it keeps, then sends it.
    pub(super) async fn perform(
        &self,
        found: &Found,
        mut plan: RequestPlan,
        live: Arc<LiveAccount>,
        execution: &ExecutionId,
    ) -> Result<Map<String, Value>, ServiceError> {
        if let Some(keep) = plan.keep.take() {
            let present = self.attempt(found, &keep.read, Arc::clone(&live), execution).await?;
            plan.fill(&keep, &Value::Object(present))
                .map_err(|problem| failure::not_kept(&problem, execution))?;
        }
        if let Some(form) = &mut plan.form {
            self.fetch_parts(found, form, &live, execution).await?;
        }
        match found.tool.reply {
            Reply::Json => self.attempt(found, &plan, live, execution).await,
            Reply::File => {
                let file = self.download(found, &plan, live, execution, MOST_INLINE).await?;
                Ok(file.shape(&plan.handle()))
            }
        }
    }

    /// Sends a request and shapes the answer.
    async fn attempt(
        &self,
        found: &Found,
        plan: &RequestPlan,
        live: Arc<LiveAccount>,
        execution: &ExecutionId,
    ) -> Result<Map<String, Value>, ServiceError> {
        let answered = self.answered(found, plan, live, execution).await?;
        shape(found, plan, &answered, execution)
    }

    /// Sends a request. A refusal that may be about the token alone had no effect, whatever the request does: the token
    /// is examined, and the request is sent again with a newer one where there is one. As long as nobody can tell what
    /// the refusal is about, the caller is told so.
    pub(super) async fn answered(
        &self,
        found: &Found,
        plan: &RequestPlan,
        mut live: Arc<LiveAccount>,
        execution: &ExecutionId,
    ) -> Result<Answered, ServiceError> {
        let mut renewed = false;
        loop {
            let answer =
                self.send(plan, &live).await.map_err(|error| failure::unreachable(&error, execution))?;
            if !suspected(found, plan, &answer) {
                return Ok(Answered { answer, live, token: TokenStanding::Unquestioned });
            }
            if renewed {
                return Ok(Answered { answer, live, token: TokenStanding::Renewed });
            }
            match self.grants.examine_token(&live).await {
                Suspicion::Moved(newer) => live = newer,
                Suspicion::Renewed(newer) => (live, renewed) = (newer, true),
                Suspicion::Accepted => {
                    return Ok(Answered { answer, live, token: TokenStanding::Accepted });
                }
                Suspicion::InDoubt(reason) => {
                    return Err(failure::in_doubt(found, answer.status, &reason, execution));
                }
                Suspicion::Over(error) => return Err(error),
            }
        }
    }

    /// Sends a request, and again where that is harmless and promising, as long as the caller's time allows.
    async fn send(&self, plan: &RequestPlan, live: &LiveAccount) -> Result<Answer, SendError> {
        let end = self.core.clock().elapsed() + self.core.settings().tool_patience.response;
        let mut retries = Retries::new(plan.repeatable());
        loop {
            let outcome = self.send_once(plan, live, end).await;
            let left = end.saturating_sub(self.core.clock().elapsed());
            match retries.next(&outcome, self.core.random_word()) {
                Some(wait) if wait < left / 2 => {
                    tracing::debug!(path = %plan.path, wait = ?wait, "a call to the provider is repeated");
                    self.core.clock().wait(wait).await;
                }
                _ => return outcome,
            }
        }
    }

    /// Sends a request once, when the site's governor lets it through.
    async fn send_once(
        &self,
        plan: &RequestPlan,
        live: &LiveAccount,
        end: Duration,
    ) -> Result<Answer, SendError> {
        let request = build(plan, live, || self.core.random_token())?;
        let left = |clock: &dyn Clock| end.saturating_sub(clock.elapsed());
        let settings = self.core.settings();
        let permit = self.site_limits.enter(live, left(self.core.clock()) / 2).await?;
        let patience = Patience { response: left(self.core.clock()), ..settings.tool_patience };
        let response = self.core.upstream().send(request, patience).await?;
        let (head, body) = response.into_parts();
        self.site_limits.note_answer(live, head.status.as_u16(), &head.headers, &permit);
        let late = UpstreamError::TimedOut(settings.tool_patience.response);
        let time = left(self.core.clock());
        let reading = self.read_answer(plan, &head, body, time);
        let body = in_time(&self.core, reading, time).await.ok_or(late)??;
        let retry_after = retry_after(&head.headers, self.core.now());
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, retry_after, body })
    }
}

/// Why there is no whole answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    #[error("the planned request is not a valid one")]
    Unbuildable,
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Crowded(#[from] Crowded),
}

fn build(
    plan: &RequestPlan,
    live: &LiveAccount,
    boundary: impl FnOnce() -> String,
) -> Result<Request<Body>, SendError> {
    let query = (!plan.query.is_empty()).then_some(plan.query.as_str());
    let url = live.base.resolve(&plan.path, query).map_err(|_| SendError::Unbuildable)?;
    let method = Method::from_bytes(plan.method.as_bytes()).map_err(|_| SendError::Unbuildable)?;
    let mut request = Request::builder()
        .method(method)
        .uri(url.as_str())
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, OUR_NAME)
        // Some of Atlassian's writing operations refuse requests without it, as a guard against forged forms.
        .header("x-atlassian-token", "no-check")
        .header(AUTHORIZATION, &live.authorization);
    let body = match (&plan.body, &plan.form) {
        (_, Some(parts)) => {
            let (media_type, bytes) = form::encode(parts, &boundary());
            request = request.header(CONTENT_TYPE, media_type);
            Bytes::from(bytes)
        }
        (Some(json), None) => {
            request = request.header(CONTENT_TYPE, "application/json");
            Bytes::from(json.to_string())
        }
        (None, None) => Bytes::new(),
    };
    request.body(full(body)).map_err(|_| SendError::Unbuildable)
}

/// Whether an answer could mean that the token is no longer accepted.
fn suspected(found: &Found, plan: &RequestPlan, answer: &Answer) -> bool {
    found.connector.stale_token_suspected(answer.status, &plan.path, Some(&answer.body))
}

fn shape(
    found: &Found,
    plan: &RequestPlan,
    answered: &Answered,
    execution: &ExecutionId,
) -> Result<Map<String, Value>, ServiceError> {
    let answer = &answered.answer;
    if (200..300).contains(&answer.status) {
        let mut reply = headwater_catalog::reply::shape(answer.status, &answer.body)
            .map_err(|error| failure::unreadable(&error.to_string(), execution))?;
        paging::tell(&found.tool, &mut reply);
        plan.finish.apply(&mut reply);
        return Ok(reply);
    }
    Err(failure::read(found, answered, execution))
}
