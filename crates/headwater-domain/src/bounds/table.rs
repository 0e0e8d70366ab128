//! What may be sent, by whom, and how much of it: the rows of `docs/limits.md`.

use std::time::Duration;

use super::{
    ANSWER, ANSWER_BYTES, ARGUMENTS, CONNECTION_WINDOW_BYTES, CONNECTIONS, CONNECTIONS_PER_ADDRESS,
    HEAD_BYTES, HEAD_TIME, JSON_IN_TEXT, JSON_TEXT_FACTOR, MEMORY_BYTES, MEMORY_WAIT, MESSAGE_BYTES,
    OAUTH_ANSWER_BYTES, OPEN_BODIES, OPEN_BODIES_PER_CONNECTION, OPEN_BODY_BYTES, OPEN_BODY_TIME, PATH_BYTES,
    PATH_DECODINGS, PROXY_BODY_BYTES, QUERY_DEPTH, QUERY_PARAMETERS, REFUSAL, REQUEST_TIME, STALL_TIME,
    STREAM_WINDOW_BYTES, STREAMS, TARGET_QUERY_BYTES, UNWANTED_BODY_BYTES, UNWANTED_BODY_TIME,
    UPSTREAM_CONNECTIONS, UPSTREAM_IDLE_PER_HOST,
};

/// Where a bound is kept; the tests of that place walk its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The API: gRPC, REST, the proxy and the token endpoint.
    Api,
    /// The port.
    Listener,
    /// What is read from providers.
    Provider,
    /// The connections to providers.
    Upstream,
    /// The process as a whole.
    Process,
}

/// One kind of input, and its bounds.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Names the row in tests.
    pub id: &'static str,
    /// What is sent.
    pub input: &'static str,
    /// Who may send it.
    pub who: &'static str,
    /// Where the bound is kept.
    pub door: Door,
    /// Bytes.
    pub size: Option<u64>,
    /// Levels inside each other.
    pub depth: Option<u64>,
    /// How many there may be, in words.
    pub count: Option<(u64, &'static str)>,
    /// How long it may take.
    pub time: Option<Duration>,
    /// The setting that changes it.
    pub setting: Option<&'static str>,
    /// What becomes of what exceeds it.
    pub beyond: &'static str,
}

const CLIENT: &str = "API clients";
const ANYBODY: &str = "anybody";
const PROVIDER: &str = "providers";

const fn row(
    id: &'static str,
    door: Door,
    who: &'static str,
    input: &'static str,
    beyond: &'static str,
) -> Row {
    Row { id, input, who, door, size: None, depth: None, count: None, time: None, setting: None, beyond }
}

/// Every kind of input.
pub const TABLE: &[Row] = &[
    Row {
        size: Some(MESSAGE_BYTES as u64),
        time: Some(REQUEST_TIME),
        setting: Some("limits.body_bytes"),
        ..row("message", Door::Api, CLIENT, "Message of an API call", "413, or RESOURCE_EXHAUSTED")
    },
    Row {
        size: Some((MESSAGE_BYTES * JSON_TEXT_FACTOR) as u64),
        setting: Some("limits.body_bytes"),
        ..row("json", Door::Api, CLIENT, "JSON text of a REST call", "413")
    },
    Row {
        depth: Some(ARGUMENTS.depth as u64),
        count: Some((ARGUMENTS.values as u64, "values")),
        ..row(
            "arguments",
            Door::Api,
            CLIENT,
            "Arguments of a tool and other JSON in a call",
            "INVALID_ARGUMENT",
        )
    },
    Row {
        depth: Some(JSON_IN_TEXT.depth as u64),
        count: Some((JSON_IN_TEXT.values as u64, "values")),
        ..row("text", Door::Api, CLIENT, "JSON or a list that an argument has as text", "INVALID_ARGUMENT")
    },
    Row {
        depth: Some(QUERY_DEPTH as u64),
        count: Some((QUERY_PARAMETERS as u64, "parameters")),
        ..row("query", Door::Api, CLIENT, "Query of a REST call", "INVALID_ARGUMENT")
    },
    Row {
        size: Some(PATH_BYTES as u64),
        depth: Some(PATH_DECODINGS as u64),
        ..row(
            "path",
            Door::Api,
            CLIENT,
            "Path of a proxied request; how often it is percent-encoded",
            "INVALID_ARGUMENT",
        )
    },
    Row {
        size: Some(TARGET_QUERY_BYTES as u64),
        ..row("target query", Door::Api, CLIENT, "Query of a proxied request", "INVALID_ARGUMENT")
    },
    Row {
        size: Some(PROXY_BODY_BYTES),
        time: Some(STALL_TIME),
        setting: Some("limits.proxy_body_bytes"),
        ..row(
            "proxied body",
            Door::Api,
            CLIENT,
            "Body of a proxied request; the time is without a byte",
            "413, or the request breaks off where its length is not told",
        )
    },
    Row {
        size: Some(OPEN_BODY_BYTES as u64),
        count: Some((OPEN_BODIES as u64, "at a time")),
        time: Some(OPEN_BODY_TIME),
        ..row(
            "open body",
            Door::Api,
            ANYBODY,
            "Body of a request without an access token: credentials, forms",
            "413, 408 or 429",
        )
    },
    Row {
        count: Some((OPEN_BODIES_PER_CONNECTION as u64, "at a time")),
        ..row("open bodies", Door::Api, ANYBODY, "The same, on one connection", "429")
    },
    Row {
        size: Some(ANSWER_BYTES as u64),
        depth: Some(ANSWER.depth as u64),
        count: Some((ANSWER.values as u64, "values")),
        ..row(
            "answer",
            Door::Provider,
            PROVIDER,
            "Answer to a tool call",
            "a tool error; a write is told as done",
        )
    },
    Row {
        depth: Some(REFUSAL.depth as u64),
        count: Some((REFUSAL.values as u64, "values")),
        ..row("refusal", Door::Provider, PROVIDER, "Refusal of a tool call", "only its status counts")
    },
    Row {
        size: Some(OAUTH_ANSWER_BYTES as u64),
        ..row("oauth answer", Door::Provider, PROVIDER, "Answer of an OAuth endpoint", "as if none had come")
    },
    Row {
        count: Some((UPSTREAM_CONNECTIONS as u64, "open")),
        ..row("upstream", Door::Upstream, PROVIDER, "Connections to providers and webhooks", "calls wait")
    },
    Row {
        count: Some((UPSTREAM_IDLE_PER_HOST as u64, "idle")),
        ..row(
            "upstream idle",
            Door::Upstream,
            PROVIDER,
            "Connections to one host that are kept",
            "they are closed",
        )
    },
    Row {
        size: Some(HEAD_BYTES as u64),
        time: Some(HEAD_TIME),
        ..row("head", Door::Listener, ANYBODY, "Head of a request", "431, or the connection is closed")
    },
    Row {
        count: Some((CONNECTIONS as u64, "open")),
        setting: Some("limits.connections"),
        ..row("connections", Door::Listener, ANYBODY, "Connections", "they are closed")
    },
    Row {
        count: Some((CONNECTIONS_PER_ADDRESS as u64, "open")),
        setting: Some("limits.connections_per_address"),
        ..row("connections of one", Door::Listener, ANYBODY, "Connections of one address", "they are closed")
    },
    Row {
        size: Some(STREAM_WINDOW_BYTES as u64),
        count: Some((STREAMS as u64, "open")),
        ..row(
            "streams",
            Door::Listener,
            ANYBODY,
            "HTTP/2 streams of a connection; what is buffered of each",
            "refused; the sender waits",
        )
    },
    Row {
        size: Some(CONNECTION_WINDOW_BYTES as u64),
        ..row(
            "windows",
            Door::Listener,
            ANYBODY,
            "What is buffered of all streams of a connection",
            "the sender waits",
        )
    },
    Row {
        size: Some(UNWANTED_BODY_BYTES as u64),
        time: Some(UNWANTED_BODY_TIME),
        ..row(
            "unwanted body",
            Door::Listener,
            ANYBODY,
            "What is read of a body after its refusal",
            "the connection is closed",
        )
    },
    Row {
        size: Some(MEMORY_BYTES as u64),
        time: Some(MEMORY_WAIT),
        setting: Some("limits.memory_bytes"),
        ..row(
            "memory",
            Door::Process,
            CLIENT,
            "All calls and answers under way; the time is waiting for it",
            "429, or RESOURCE_EXHAUSTED",
        )
    },
];
