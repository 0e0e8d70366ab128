//! Sending a planned call, and sending it again only where that cannot do its effect twice.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use headwater_catalog::definition::Reply;
use headwater_catalog::download::MOST_INLINE;
use headwater_catalog::plan::RequestPlan;
use headwater_catalog::{form, paging};
use headwater_domain::error::ErrorKind;
use headwater_domain::id::ExecutionId;
use headwater_ports::clock::Clock;
use headwater_ports::upstream::{Body, Patience, ReadError, UpstreamError, full, read};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, Method, Request};
use serde_json::{Map, Value};

use super::execute::Found;
use super::failure;
use super::retry::Retries;
use crate::Service;
use crate::error::ServiceError;
use crate::governor::Crowded;
use crate::heed::retry_after;
use crate::live::LiveAccount;
use crate::provider_http::OUR_NAME;

/// A provider's answer, read whole.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// How long the provider wants to be left alone.
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Bytes,
}

impl Service {
    /// Performs a call: reads first what it keeps, then sends it.
    pub(super) async fn perform(
        &self,
        found: &Found<'_>,
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
        found: &Found<'_>,
        plan: &RequestPlan,
        live: Arc<LiveAccount>,
        execution: &ExecutionId,
    ) -> Result<Map<String, Value>, ServiceError> {
        let (answer, live) = self.answered(found, plan, live, execution).await?;
        shape(found, plan, &live, &answer, execution)
    }

    /// Sends a request. Where the provider seems not to accept the token although the clock says it is good, the token
    /// is replaced once; only a request without effects is then sent again.
    pub(super) async fn answered(
        &self,
        found: &Found<'_>,
        plan: &RequestPlan,
        live: Arc<LiveAccount>,
        execution: &ExecutionId,
    ) -> Result<(Answer, Arc<LiveAccount>), ServiceError> {
        let answer = self.send(plan, &live).await.map_err(|error| failure::unreachable(&error, execution))?;
        let stale = found.connector.stale_token_suspected(answer.status, &plan.path, &answer.body);
        if stale {
            match self.replace_suspect(&live).await {
                Some(Ok(fresh)) if plan.read_only => {
                    let answer = self
                        .send(plan, &fresh)
                        .await
                        .map_err(|error| failure::unreachable(&error, execution))?;
                    return Ok((answer, fresh));
                }
                Some(Err(error)) if error.kind() == ErrorKind::FailedPrecondition => return Err(error),
                _ => {}
            }
        }
        Ok((answer, live))
    }

    /// Sends a request, and again where that is harmless and promising, as long as the caller's time allows.
    async fn send(&self, plan: &RequestPlan, live: &LiveAccount) -> Result<Answer, SendError> {
        let end = self.clock().elapsed() + self.settings().tool_patience.response;
        let mut retries = Retries::new(plan.repeatable());
        loop {
            let outcome = self.send_once(plan, live, end).await;
            let left = end.saturating_sub(self.clock().elapsed());
            match retries.next(&outcome, self.random_word()) {
                Some(wait) if wait < left / 2 => {
                    tracing::debug!(path = %plan.path, wait = ?wait, "a call to the provider is repeated");
                    self.clock().wait(wait).await;
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
        let request = build(plan, live, || self.random_token())?;
        let left = |clock: &dyn Clock| end.saturating_sub(clock.elapsed());
        let settings = self.settings();
        let permit = match live.site_key() {
            Some(site) => Some(self.governor().enter(&site, self.clock(), left(self.clock()) / 2).await?),
            None => None,
        };
        let patience = Patience { response: left(self.clock()), ..settings.tool_patience };
        let response = self.upstream().send(request, patience).await?;
        let (head, body) = response.into_parts();
        self.heed(live, head.status.as_u16(), &head.headers, permit.as_ref());
        let body = read(body, settings.tool_reply_limit).await?;
        let retry_after = retry_after(&head.headers, self.now());
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

fn shape(
    found: &Found<'_>,
    plan: &RequestPlan,
    live: &LiveAccount,
    answer: &Answer,
    execution: &ExecutionId,
) -> Result<Map<String, Value>, ServiceError> {
    if (200..300).contains(&answer.status) {
        let mut reply = headwater_catalog::reply::shape(answer.status, &answer.body)
            .map_err(|error| failure::unreadable(&error.to_string(), execution))?;
        paging::tell(found.tool, &mut reply);
        plan.finish.apply(&mut reply);
        return Ok(reply);
    }
    Err(failure::read(found, live, answer, execution))
}
