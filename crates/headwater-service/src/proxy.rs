//! Raw requests on behalf of an account: any method, streamed both ways, never beyond the account's own API base.

mod headers;
mod outline;
mod redirect;

use headwater_domain::error::ErrorKind;
use headwater_domain::target::TargetError;
use headwater_ports::upstream::{Body, UpstreamError};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};

use crate::Service;
use crate::accounts::AccountLocator;
use crate::audit::{self, Act};
use crate::error::ServiceError;
use crate::governor::Crowded;
use crate::live::LiveAccount;

/// A raw request.
pub struct ProxyRequest {
    /// Whose account to call with.
    pub account: AccountLocator,
    /// The method, passed on as it is.
    pub method: Method,
    /// The raw, percent-encoded path behind `/proxy`, with its leading slash.
    pub path: String,
    /// The raw query, without the question mark.
    pub query: Option<String>,
    /// The caller's headers; those that are ours or the connection's are left out.
    pub headers: HeaderMap,
    /// The body, streamed.
    pub body: Body,
}

impl Service {
    /// Sends a raw request with an account's token and returns the provider's answer, streamed. The answer's
    /// status is the provider's own; an error is always ours.
    pub async fn proxy(&self, request: ProxyRequest) -> Result<Response<Body>, ServiceError> {
        let act = Act::call("proxy.request").on(&outline::outline(&request.method, &request.path));
        if request.method.is_safe() && request.method != Method::TRACE {
            return self.observed(act, self.pass_on(request)).await;
        }
        // To the head of the answer; its body then ends with the caller.
        self.audited(act, |service| async move { service.pass_on(request).await }).await
    }

    async fn pass_on(&self, request: ProxyRequest) -> Result<Response<Body>, ServiceError> {
        self.ensure_raw_allowed(&request.method)?;
        let id = self.account_id(&request.account).await?;
        let live = self.usable(&id).await?;
        audit::touched(&id, &live.connection.id);
        let url = live
            .base
            .resolve(&request.path, request.query.as_deref())
            .map_err(|error| forbidden_target(&error))?;
        let uri = Uri::try_from(url.as_str()).map_err(|_| forbidden_target(&TargetError::Invalid))?;
        let mut outbound = Request::new(request.body);
        *outbound.method_mut() = request.method;
        *outbound.uri_mut() = uri;
        *outbound.headers_mut() = headers::outbound(request.headers, &live.authorization);
        let _place = self.admit(&id).await?;
        let patience = self.settings().proxy_patience;
        let permit = match live.site_key() {
            Some(site) => {
                let entered = self.governor().enter(&site, self.clock(), patience.response / 2).await;
                Some(entered.map_err(|reason| crowded(&reason))?)
            }
            None => None,
        };
        let answer = self.upstream().send(outbound, patience).await;
        if let Ok(response) = &answer {
            self.heed(&live, response.status().as_u16(), response.headers(), permit.as_ref());
        }
        self.usage().mark(&live.account.id, self.now());
        answer.map(|response| self.present(&live, response)).map_err(|error| unreachable(&error))
    }

    fn present(&self, live: &LiveAccount, response: Response<Body>) -> Response<Body> {
        let (mut head, body) = response.into_parts();
        tracing::debug!(account = %live.account.id, status = head.status.as_u16(), "proxied");
        head.headers = headers::inbound(head.headers);
        if head.status.is_redirection() && head.status != StatusCode::NOT_MODIFIED {
            redirect::keep_inside(&mut head.headers, live.base.url(), self.settings());
        }
        Response::from_parts(head, body)
    }
}

fn forbidden_target(error: &TargetError) -> ServiceError {
    ServiceError::invalid("path", "below the account's API base", error.to_string())
}

/// The site is to be left alone for now; nothing was sent.
fn crowded(reason: &Crowded) -> ServiceError {
    let message = format!("nothing was sent: {reason}; call again later, and less often at the same time");
    ServiceError::new(ErrorKind::ResourceExhausted, "RATE_LIMITED", message)
}

fn unreachable(error: &UpstreamError) -> ServiceError {
    let kind = match error {
        UpstreamError::NotSent { .. } => ErrorKind::Unavailable,
        UpstreamError::TimedOut(_) => ErrorKind::DeadlineExceeded,
        UpstreamError::Broken { .. } => ErrorKind::Internal,
        UpstreamError::Forbidden(_) => ErrorKind::PermissionDenied,
    };
    let sent = !error.safe_to_repeat() && !matches!(error, UpstreamError::Forbidden(_));
    let effect = if sent { "it may have had its effect" } else { "it had no effect" };
    ServiceError::new(kind, "PROVIDER_UNREACHABLE", format!("the provider did not answer: {error}; {effect}"))
}
