//! `/proxy/<path>`: raw requests to the provider, streamed both ways.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use headwater_service::Service;
use headwater_service::accounts::AccountLocator;
use headwater_service::error::ServiceError;
use headwater_service::proxy::ProxyRequest;
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use tonic::Code;

use crate::error;

/// What stands in front of the provider's path.
pub(crate) const PREFIX: &str = "/proxy";

/// What proxying needs.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) service: Service,
    /// The largest request body that is passed on, in bytes.
    pub(crate) body_limit: usize,
}

/// Passes a request on and the answer back.
pub(crate) async fn proxy(State(proxy): State<Proxy>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let path = head.uri.path().strip_prefix(PREFIX).unwrap_or_default().to_owned();
    let account = match locator(&head.headers) {
        Ok(account) => account,
        Err(error) => return error::http(&error),
    };
    let body = Limited::new(body, proxy.body_limit).boxed_unsync();
    let query = head.uri.query().map(str::to_owned);
    let request = ProxyRequest { account, method: head.method, path, query, headers: head.headers, body };
    match proxy.service.proxy(request).await {
        Ok(response) => response.map(Body::new),
        Err(error) => refuse(&error),
    }
}

/// A path that does not begin with a slash, such as `/proxywiki/...`, which the Python SDK makes of one without.
pub(crate) async fn without_slash() -> Response {
    let message = "the path must begin with `/`, such as /wiki/rest/api/user/current";
    error::json(StatusCode::BAD_REQUEST, Code::InvalidArgument, "INVALID_ARGUMENT", message).into_response()
}

/// Never 401: clients would take that for a failure of their own token and send the request again.
fn refuse(error: &ServiceError) -> Response {
    let code = error::code(error.kind());
    let status = match error.code() {
        "ACCOUNT_NOT_ACTIVE" | "CONNECTION_DISABLED" => StatusCode::FORBIDDEN,
        _ if error.kind() == headwater_domain::error::ErrorKind::Internal => StatusCode::BAD_GATEWAY,
        _ => error::http_status(code),
    };
    error::json(status, code, error.code(), error.message())
}

fn locator(headers: &HeaderMap) -> Result<AccountLocator, ServiceError> {
    let connection = header(headers, "connection_name")?;
    let identifier = header(headers, "identifier")?;
    Ok(AccountLocator { connection, identifier, ..AccountLocator::default() })
}

/// A header's text. HTTP clients send bytes; identifiers outside ASCII come as UTF-8.
fn header(headers: &HeaderMap, name: &str) -> Result<Option<String>, ServiceError> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(ServiceError::invalid(
            name,
            "required header",
            format!("the header `{name}` must be given, once"),
        ));
    };
    let text = std::str::from_utf8(value.as_bytes())
        .map_err(|_| ServiceError::invalid(name, "UTF-8", format!("the header `{name}` must be UTF-8")))?;
    Ok(Some(text.to_owned()))
}
