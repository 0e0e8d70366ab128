//! Which of the two protocols a call speaks: they share the port and most of the paths around it.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// Whether a call speaks gRPC.
pub(crate) fn grpc(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}
