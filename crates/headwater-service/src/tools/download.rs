//! Files: fetched with the account's token, and from wherever the provider keeps them without it.
//!
//! Atlassian answers a download with a redirect to a host of its own or of its storage, whose link carries a signature.
//! The account's token goes to the account's own API base and nowhere else, and once a redirect has led away it is not
//! sent any more, wherever the next one leads.

use std::sync::Arc;

use headwater_catalog::connector::Connector;
use headwater_catalog::download::Download;
use headwater_catalog::form::{Content, Part};
use headwater_catalog::plan::RequestPlan;
use headwater_domain::id::ExecutionId;
use headwater_domain::target::AccountBase;
use headwater_ports::upstream::{Body, ReadError, UpstreamError, full};
use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, USER_AGENT,
};
use http::{HeaderMap, HeaderName, Request, StatusCode};
use url::Url;

use super::Tools;
use super::execute::Found;
use super::failure;
use crate::error::ServiceError;
use crate::file_hosts::known_host;
use crate::governor::Crowded;
use crate::live::LiveAccount;
use crate::provider_http::{OUR_NAME, in_time};

/// How many redirects are followed.
const MOST_HOPS: u32 = 3;
/// The largest file that is uploaded from a handle, in bytes: it passes through memory.
const MOST_COPIED: usize = 25 * 1024 * 1024;

/// Why a file could not be fetched.
#[derive(Debug, thiserror::Error)]
pub(super) enum Lost {
    #[error("the provider's redirect leads nowhere")]
    NoTarget,
    #[error("the file is kept at `{0}`, which is none of the provider's hosts; it was not fetched")]
    StrangeHost(String),
    #[error("the provider redirects again and again")]
    TooManyHops,
    #[error("the host that keeps the file answered {0}; its links do not last, so call again")]
    Refused(StatusCode),
    #[error("the file is larger than {MOST_COPIED} bytes, the most that is uploaded from a handle")]
    TooLarge,
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Crowded(#[from] Crowded),
}

impl Tools {
    /// Fetches the file that a plan is about: the answer itself, or what it redirects to. Files of more than `most`
    /// bytes come without their bytes.
    pub(super) async fn download(
        &self,
        found: &Found,
        plan: &RequestPlan,
        live: Arc<LiveAccount>,
        execution: &ExecutionId,
        most: usize,
    ) -> Result<Download, ServiceError> {
        let answered = self.answered(found, plan, live, execution).await?;
        let status = StatusCode::from_u16(answered.answer.status).unwrap_or_default();
        if status.is_redirection() {
            let (live, headers) = (answered.live, answered.answer.headers);
            let followed = self.follow(found.connector.as_ref(), plan, &live, headers, most).await;
            return followed.map_err(|problem| failure::lost(&problem, execution));
        }
        if !status.is_success() {
            return Err(failure::read(found, &answered, execution));
        }
        let answer = answered.answer;
        let size = u64::try_from(answer.body.len()).ok();
        let bytes = (answer.body.len() <= most).then(|| answer.body.to_vec());
        Ok(described(&answer.headers, size, bytes))
    }

    /// Fetches the files of a form that are told by their handles.
    pub(super) async fn fetch_parts(
        &self,
        found: &Found,
        form: &mut [Part],
        live: &Arc<LiveAccount>,
        execution: &ExecutionId,
    ) -> Result<(), ServiceError> {
        for part in form {
            let Content::Elsewhere { handle, .. } = &part.content else { continue };
            let (path, query) = handle.split_once('?').unwrap_or((handle, ""));
            let plan = RequestPlan::read(path, query);
            let file = self.download(found, &plan, Arc::clone(live), execution, MOST_COPIED).await?;
            let (name, media_type) = (file.file_name(), file.media_type);
            let bytes = file.bytes.ok_or_else(|| failure::lost(&Lost::TooLarge, execution))?;
            part.fetched(bytes, name, media_type);
        }
        Ok(())
    }

    async fn follow(
        &self,
        connector: &dyn Connector,
        plan: &RequestPlan,
        live: &LiveAccount,
        mut headers: HeaderMap,
        most: usize,
    ) -> Result<Download, Lost> {
        let query = (!plan.query.is_empty()).then_some(plan.query.as_str());
        let mut url = live.base.resolve(&plan.path, query).map_err(|_| Lost::NoTarget)?;
        let mut at_home = true;
        for _ in 0..MOST_HOPS {
            url = next(&url, &headers)?;
            at_home = at_home && inside(&live.base, &url);
            if !at_home && !known_host(&url, &live.base, connector.file_domains()) {
                return Err(Lost::StrangeHost(url.host_str().unwrap_or_default().to_owned()));
            }
            let request = request(&url, at_home.then_some(live))?;
            // Files count among the site's calls until they have been read.
            let patience = self.core.settings().tool_patience.response / 2;
            let _permit = if at_home { Some(self.site_limits.enter(live, patience).await?) } else { None };
            let response = self.core.upstream().send(request, self.core.settings().tool_patience).await?;
            let (head, body) = response.into_parts();
            if head.status.is_redirection() {
                headers = head.headers;
                continue;
            }
            if !head.status.is_success() {
                return Err(Lost::Refused(head.status));
            }
            return self.take(&head.headers, body, most).await;
        }
        Err(Lost::TooManyHops)
    }

    async fn take(&self, headers: &HeaderMap, body: Body, most: usize) -> Result<Download, Lost> {
        let size = text(headers, &CONTENT_LENGTH).and_then(|it| it.parse::<u64>().ok());
        if size.is_some_and(|size| usize::try_from(size).is_ok_and(|size| size > most)) {
            return Ok(described(headers, size, None));
        }
        let time = self.core.settings().tool_patience.response;
        let reading = self.read_bytes(headers, body, most, time);
        match in_time(&self.core, reading, time).await.ok_or(UpstreamError::TimedOut(time))? {
            Ok(bytes) => Ok(described(headers, u64::try_from(bytes.len()).ok(), Some(bytes.into()))),
            Err(ReadError::TooLarge(_)) => Ok(described(headers, size, None)),
            Err(error) => Err(Lost::Read(error)),
        }
    }
}

/// Where a redirect leads.
fn next(from: &Url, headers: &HeaderMap) -> Result<Url, Lost> {
    let location = headers.get(LOCATION).and_then(|it| it.to_str().ok()).ok_or(Lost::NoTarget)?;
    from.join(location).map_err(|_| Lost::NoTarget)
}

/// Whether the account's token may go there: the rules are those of every call.
fn inside(base: &AccountBase, url: &Url) -> bool {
    let prefix = base.url().path().trim_end_matches('/');
    let below = url.path().strip_prefix(prefix).filter(|it| it.starts_with('/'));
    let resolved = below.and_then(|below| base.resolve(below, url.query()).ok());
    resolved.is_some_and(|it| it == *url)
}

fn request(url: &Url, live: Option<&LiveAccount>) -> Result<Request<Body>, Lost> {
    let mut request = Request::get(url.as_str()).header(ACCEPT, "*/*").header(USER_AGENT, OUR_NAME);
    if let Some(live) = live {
        request = request.header(AUTHORIZATION, &live.authorization);
    }
    request.body(full(bytes::Bytes::new())).map_err(|_| Lost::NoTarget)
}

fn described(headers: &HeaderMap, size: Option<u64>, bytes: Option<Vec<u8>>) -> Download {
    Download {
        bytes,
        size,
        media_type: text(headers, &CONTENT_TYPE),
        disposition: text(headers, &CONTENT_DISPOSITION),
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|it| it.to_str().ok()).map(str::to_owned)
}
