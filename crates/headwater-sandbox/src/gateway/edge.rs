//! The headers that the vendor's edge puts on every API answer.

use http::header::{CONTENT_LANGUAGE, SERVER, VARY};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::random;
use crate::state::State;

/// Adds the headers of the edge: who served it, and the ids it can be traced by.
pub(crate) fn add_edge_headers(state: &State, headers: &mut HeaderMap) {
    let trace = random::uuid(&*state.random);
    let generated = [
        ("x-trace-id", trace.simple().to_string()),
        ("atl-traceid", trace.simple().to_string()),
        ("atl-request-id", trace.to_string()),
        ("x-confluence-request-time", state.clock.now_ms().to_string()),
    ];
    for (name, value) in generated {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers.insert(SERVER, HeaderValue::from_static("AtlassianEdge"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static("en-US"));
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
}
