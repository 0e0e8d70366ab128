//! Raw requests on behalf of an account: streamed both ways, never beyond the account's own API base.

mod headers;
mod held;
mod method;
mod outline;
mod redirect;
mod refusal;
mod repeat;

use std::ops::Deref;
use std::sync::Arc;

use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::target::TargetError;
use headwater_ports::upstream::{Body, UpstreamError, full};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use url::Url;

pub use method::METHODS;
use redirect::Addresses;
pub(crate) use repeat::Copies;

use crate::accounts::{AccountLocator, Accounts};
use crate::admission::{Admission, Admitted};
use crate::audit::{self, Act, Audit};
use crate::connectors::Connectors;
use crate::core::Core;
use crate::error::ServiceError;
use crate::governor::{Crowded, Permit};
use crate::grants::{Grants, Suspicion};
use crate::live::LiveAccount;
use crate::site_limits::SiteLimits;
use crate::usage::Usage;

/// The header that marks a refusal which may be about the account's token instead of what was asked for.
pub const GRANT_HEADER: HeaderName = HeaderName::from_static("headwater-grant");
/// What it says.
pub const IN_DOUBT: HeaderValue = HeaderValue::from_static("in-doubt");

/// Raw requests. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Proxy(Arc<ProxyParts>);

/// The parts that [`Proxy`] is made of.
pub struct ProxyParts {
    pub(crate) core: Core,
    pub(crate) audit: Audit,
    pub(crate) connectors: Connectors,
    pub(crate) grants: Grants,
    pub(crate) accounts: Accounts,
    pub(crate) site_limits: SiteLimits,
    pub(crate) admission: Admission,
    pub(crate) usage: Usage,
    pub(crate) copies: Copies,
}

impl Deref for Proxy {
    type Target = ProxyParts;

    fn deref(&self) -> &ProxyParts {
        &self.0
    }
}

impl Proxy {
    pub(crate) fn new(parts: ProxyParts) -> Self {
        Self(Arc::new(parts))
    }
}

/// A raw request.
pub struct ProxyRequest {
    /// Whose account to call with.
    pub account: AccountLocator,
    /// Which account the caller's bytes would name if they were read in another encoding. If there is one, nobody knows
    /// which of the two is meant.
    pub otherwise: Option<AccountLocator>,
    /// The method, one of [`METHODS`].
    pub method: Method,
    /// The raw, percent-encoded path behind `/proxy`, with its leading slash.
    pub path: String,
    /// The raw query, without the question mark.
    pub query: Option<String>,
    /// The caller's headers; those that `docs/proxy.md` lists are passed on.
    pub headers: HeaderMap,
    /// The body, streamed.
    pub body: Body,
}

impl Proxy {
    /// Sends a raw request with an account's token and returns the provider's answer, streamed. The answer's
    /// status is the provider's own; an error is always ours.
    ///
    /// # Errors
    /// `InvalidArgument` for a method or path that does not cross, `PermissionDenied` where the operator does not allow it,
    /// `FailedPrecondition` for an account that cannot be used, `ResourceExhausted` where too much is under way, `Unavailable`
    /// where the request was not sent or the grant is in doubt, `DeadlineExceeded` and `Internal` where no whole answer came.
    pub async fn send(&self, request: ProxyRequest) -> Result<Response<Body>, ServiceError> {
        let act = Act::call("proxy.request").on(&outline::outline(&request.method, &request.path));
        if request.method.is_safe() && request.method != Method::TRACE {
            return self.audit.observed(act, self.pass_on(request)).await;
        }
        // To the head of the answer; its body then ends with the caller.
        self.audit.audited(act, self, |proxy| async move { proxy.pass_on(request).await }).await
    }

    async fn pass_on(&self, request: ProxyRequest) -> Result<Response<Body>, ServiceError> {
        method::check(&request.method)?;
        self.core.settings().policy.ensure_raw_request(&request.method)?;
        self.ensure_one_reading(request.otherwise.as_ref()).await?;
        let id = self.accounts.id_of(&request.account).await?;
        let live = self.grants.usable(&id).await?;
        audit::touched(&id, &live.connection.id);
        let raw = Raw {
            method: request.method,
            path: request.path,
            query: request.query,
            headers: headers::outbound(&request.headers),
        };
        raw.target(&live)?;
        let place = self.admission.admit(&id).await?;
        let (body, copy) = self.copies.record(request.body);
        let answered = self.raw_answer(&raw, live, body, &copy).await;
        self.usage.mark(&id);
        self.present(answered?, place)
    }

    /// Refuses a name that would be another account's in another encoding.
    async fn ensure_one_reading(&self, otherwise: Option<&AccountLocator>) -> Result<(), ServiceError> {
        let Some(otherwise) = otherwise else { return Ok(()) };
        match self.accounts.id_of(otherwise).await {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidArgument) => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Err(ServiceError::invalid(
                "identifier",
                "one reading",
                "the bytes of the header name one account as UTF-8 and another one as Latin-1; nothing was sent. Give \
                 one of the two end users an identifier in ASCII",
            )),
        }
    }

    /// Sends a raw request. A refusal that may be about the token alone had no effect: the token is examined, and the
    /// request is sent again with a newer one where there is one and the body can be sent again.
    async fn raw_answer(
        &self,
        raw: &Raw,
        mut live: Arc<LiveAccount>,
        mut body: Body,
        copy: &repeat::Copy,
    ) -> Result<Answered, ServiceError> {
        let mut renewed = false;
        loop {
            let (url, below) = raw.target(&live)?;
            let (response, permit) = self.send_raw(raw, &url, &live, body).await?;
            let (suspected, response) = self.suspect(&live, &raw.method, &below, response).await?;
            if !suspected || renewed {
                return Ok(Answered { response, live, permit, in_doubt: false });
            }
            let newer = match self.grants.examine_token(&live).await {
                Suspicion::Moved(newer) => newer,
                Suspicion::Renewed(newer) => {
                    renewed = true;
                    newer
                }
                Suspicion::Accepted => return Ok(Answered { response, live, permit, in_doubt: false }),
                Suspicion::InDoubt(reason) => return Err(in_doubt(response.status(), &reason)),
                Suspicion::Over(error) => return Err(error),
            };
            let Some(bytes) = copy.whole() else {
                return Ok(Answered { response, live, permit, in_doubt: true });
            };
            (live, body) = (newer, full(bytes));
        }
    }

    async fn send_raw(
        &self,
        raw: &Raw,
        url: &Url,
        live: &LiveAccount,
        body: Body,
    ) -> Result<(Response<Body>, Permit), ServiceError> {
        let mut outbound = Request::new(body);
        *outbound.method_mut() = raw.method.clone();
        *outbound.uri_mut() =
            Uri::try_from(url.as_str()).map_err(|_| forbidden_target(&TargetError::Invalid))?;
        *outbound.headers_mut() = raw.headers.clone();
        outbound.headers_mut().insert(AUTHORIZATION, live.authorization.clone());
        let patience = self.core.settings().proxy_patience;
        let entered = self.site_limits.enter(live, patience.response / 2).await;
        let permit = entered.map_err(|reason| crowded(&reason))?;
        let response =
            self.core.upstream().send(outbound, patience).await.map_err(|error| unreachable(&error))?;
        self.site_limits.note_answer(live, response.status().as_u16(), response.headers(), &permit);
        Ok((response, permit))
    }

    /// The answer as the caller gets it. It keeps the call's places until it has been read.
    fn present(&self, answered: Answered, place: Admitted) -> Result<Response<Body>, ServiceError> {
        let Answered { response, live, permit, in_doubt } = answered;
        let (mut head, body) = response.into_parts();
        tracing::debug!(account = %live.account.id, status = head.status.as_u16(), "proxied");
        if head.status.is_informational() {
            // To switch protocols would take the connection out of our hands.
            let reason = format!("it answered {}, which is no answer to a request", head.status);
            return Err(unreachable(&UpstreamError::Broken { reason }));
        }
        let connector = self.connectors.of(&live.connection.provider)?;
        let addresses = Addresses {
            base: &live.base,
            file_domains: connector.file_domains(),
            settings: self.core.settings(),
        };
        head.headers = headers::inbound(&head.headers);
        addresses.check(&mut head.headers);
        if in_doubt {
            head.headers.insert(GRANT_HEADER, IN_DOUBT);
        }
        Ok(Response::from_parts(head, self.hold_places(body, place, permit)))
    }
}

/// What is sent, but for the authorization and the body.
struct Raw {
    method: Method,
    path: String,
    query: Option<String>,
    headers: HeaderMap,
}

impl Raw {
    /// Where it leads with an account, and its path below that account's base.
    fn target(&self, live: &LiveAccount) -> Result<(Url, String), ServiceError> {
        let url =
            live.base.resolve(&self.path, self.query.as_deref()).map_err(|error| forbidden_target(&error))?;
        let prefix = live.base.url().path().trim_end_matches('/');
        let below = url.path().strip_prefix(prefix).unwrap_or_default().to_owned();
        Ok((url, below))
    }
}

/// The provider's answer to a raw request.
struct Answered {
    response: Response<Body>,
    live: Arc<LiveAccount>,
    permit: Permit,
    /// Whether it may be about a token that was replaced since.
    in_doubt: bool,
}

fn forbidden_target(error: &TargetError) -> ServiceError {
    ServiceError::invalid("path", "below the account's API base", error.to_string())
}

/// A refusal of which nobody can tell yet whether it is about the token or about what was asked for.
fn in_doubt(status: StatusCode, reason: &str) -> ServiceError {
    let message = format!(
        "the provider answered {}, which it also does when it no longer accepts an account's access token. The grant of \
         this account is in doubt: {reason}. The request had no effect; send it again in half a minute. If the grant \
         turns out to be lost, that answer will say so, and the end user has to authorize the account again",
        status.as_u16()
    );
    ServiceError::new(ErrorKind::Unavailable, ErrorCode::GrantInDoubt, message)
}

/// The site is to be left alone for now; nothing was sent.
fn crowded(reason: &Crowded) -> ServiceError {
    let message = format!("nothing was sent: {reason}; call again later, and less often at the same time");
    ServiceError::new(ErrorKind::ResourceExhausted, ErrorCode::RateLimited, message)
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
    ServiceError::new(
        kind,
        ErrorCode::ProviderUnreachable,
        format!("the provider did not answer: {error}; {effect}"),
    )
}
