//! Which methods cross the proxy. Others ask a server for more than an answer (`CONNECT`, `TRACE`), or for what nobody
//! here can judge.

use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use http::Method;

use crate::error::ServiceError;

/// The methods that raw requests may have, as an `Allow` header lists them.
pub const METHODS: &str = "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE";

/// Refuses methods that do not cross. Their names are compared as they are: `get` is another method than `GET`.
pub(super) fn check(method: &Method) -> Result<(), ServiceError> {
    if METHODS.split(", ").any(|it| it == method.as_str()) {
        return Ok(());
    }
    let shown: String = method.as_str().chars().take(20).collect();
    let message = format!(
        "nothing was sent: the method `{shown}` does not cross the proxy; use one of {METHODS}, in upper case"
    );
    Err(ServiceError::new(ErrorKind::InvalidArgument, ErrorCode::MethodNotAllowed, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_listed_methods_cross_and_only_in_upper_case() {
        for name in METHODS.split(", ") {
            assert!(check(&name.parse().unwrap()).is_ok(), "{name}");
        }
        for name in ["CONNECT", "TRACE", "TRACK", "get", "Post", "PROPFIND", "PURGE", "PRI", "QUERY", "LINK"]
        {
            assert_eq!(
                check(&name.parse().unwrap()).unwrap_err().code(),
                ErrorCode::MethodNotAllowed,
                "{name}"
            );
        }
    }
}
