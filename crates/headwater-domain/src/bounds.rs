//! The bounds of everything that comes from outside, in one place. `docs/limits.md` is written from [`TABLE`], and tests
//! walk it: what is at a bound passes, what is just above is refused.

mod table;

use std::time::Duration;

use crate::document::Bounds;

pub use table::{Door, Row, TABLE};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// The default of `limits.body_bytes`: the largest message of an API call, in bytes. Confluence takes bodies of 5 MiB;
/// the rest is for what stands around them.
pub const MESSAGE_BYTES: usize = 6 * MIB;
/// How many times larger than its message the JSON text of a REST call may be: JSON can write a character of two bytes
/// as an escape of six.
pub const JSON_TEXT_FACTOR: usize = 2;
/// A document inside an API call, such as the arguments of a tool. Messages of this depth are read by every protobuf
/// library: an object takes three levels of its hundred.
pub const ARGUMENTS: Bounds = Bounds { depth: 32, values: 100_000, memory: 32 * MIB };
/// A document that an argument of a tool has as text, such as a list of ids.
pub const JSON_IN_TEXT: Bounds = Bounds { depth: 32, values: 20_000, memory: 8 * MIB };
/// The parameters in the query of a REST call.
pub const QUERY_PARAMETERS: usize = 200;
/// How many names may be joined by dots in the name of a query parameter.
pub const QUERY_DEPTH: usize = 8;
/// The default of `limits.proxy_body_bytes`: a body that the proxy passes on, in bytes.
pub const PROXY_BODY_BYTES: u64 = 100 * 1024 * 1024;

/// A path at a provider, in bytes.
pub const PATH_BYTES: usize = 8 * KIB;
/// A query at a provider, in bytes.
pub const TARGET_QUERY_BYTES: usize = 16 * KIB;
/// How many times over a path segment may be percent-encoded.
pub const PATH_DECODINGS: usize = 4;

/// The answer of a provider to a tool call, in bytes.
pub const ANSWER_BYTES: usize = 8 * MIB;
/// The answer of a provider to a tool call, as a document.
pub const ANSWER: Bounds = Bounds { depth: 32, values: 100_000, memory: 32 * MIB };
/// A provider's refusal, as a document; what exceeds it is not looked into.
pub const REFUSAL: Bounds = Bounds { depth: 32, values: 10_000, memory: 4 * MIB };
/// The answer of a provider's OAuth endpoints, in bytes.
pub const OAUTH_ANSWER_BYTES: usize = MIB;

/// The default of `limits.memory_bytes`: what calls and answers under way may take together, in bytes.
pub const MEMORY_BYTES: usize = 224 * MIB;
/// Waiting for memory, before a request is refused.
pub const MEMORY_WAIT: Duration = Duration::from_secs(5);
/// The default of `limits.request_timeout_seconds`: clients give up after 60.
pub const REQUEST_TIME: Duration = Duration::from_secs(65);

/// Lines that each place in the code may write about strangers' requests, in [`STRANGER_LINES_PER`].
pub const STRANGER_LINES: u32 = 20;
/// The time that [`STRANGER_LINES`] is about.
pub const STRANGER_LINES_PER: Duration = Duration::from_secs(60);

/// The body of a request to a route that needs no access token, in bytes: credentials, or a form of a hosted page.
pub const OPEN_BODY_BYTES: usize = 16 * KIB;
/// How long such a body may take to arrive.
pub const OPEN_BODY_TIME: Duration = Duration::from_secs(10);
/// How many such bodies may be on their way at a time, over all connections.
pub const OPEN_BODIES: usize = 256;
/// How many such bodies may be on their way at a time on one connection.
pub const OPEN_BODIES_PER_CONNECTION: u32 = 8;

/// Bytes of all headers of one request.
pub const HEAD_BYTES: u32 = 32 * 1024;
/// How long an HTTP/1 request head may take from its first byte to its last.
pub const HEAD_TIME: Duration = Duration::from_secs(15);
/// How long a request may be open without a single byte moving in either direction.
pub const STALL_TIME: Duration = Duration::from_secs(300);
/// Streams that one HTTP/2 connection may have open.
pub const STREAMS: u32 = 128;
/// What HTTP/2 buffers of one request before it is read, in bytes.
pub const STREAM_WINDOW_BYTES: u32 = 256 * 1024;
/// What HTTP/2 buffers of all requests on one connection before they are read, in bytes.
pub const CONNECTION_WINDOW_BYTES: u32 = 512 * 1024;
/// What HTTP/2 buffers of one answer before it is sent, in bytes.
pub const SEND_BUFFER_BYTES: usize = 128 * KIB;
/// The default of `limits.connections`: open connections in total.
pub const CONNECTIONS: usize = 4096;
/// The default of `limits.connections_per_address`: open connections of one address.
pub const CONNECTIONS_PER_ADDRESS: usize = 512;
/// What is read of a body that nobody wants, so that its sender reads the refusal, in bytes.
pub const UNWANTED_BODY_BYTES: usize = 64 * MIB;
/// How long that may take.
pub const UNWANTED_BODY_TIME: Duration = Duration::from_secs(15);

/// Idle connections to one host that are kept.
pub const UPSTREAM_IDLE_PER_HOST: usize = 16;
/// Connections to providers and webhooks, in use and idle.
pub const UPSTREAM_CONNECTIONS: usize = 1024;
