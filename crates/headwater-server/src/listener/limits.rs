//! How much of the machine one client, and all clients together, may hold.

use std::time::Duration;

use headwater_domain::bounds;

/// Bounds of every stage a connection goes through. [`Limits::default`] is what the server runs with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Open connections in total; the next one is closed at once.
    pub connections: usize,
    /// Open connections of one IPv4 address or one IPv6 /64 network.
    pub connections_per_address: usize,
    /// How long a client may take to show which protocol it speaks (TLS, HTTP/1 or the HTTP/2 preface).
    pub sniff_timeout: Duration,
    /// How long a TLS handshake may take.
    pub handshake_timeout: Duration,
    /// How long an HTTP/1 request head may take from its first byte to its last.
    pub header_timeout: Duration,
    /// How long an HTTP/1 connection may wait for its next request.
    pub http1_idle_timeout: Duration,
    /// How long an HTTP/2 connection may stay without a stream. PINGs do not count as use, and are not punished.
    pub http2_idle_timeout: Duration,
    /// How long a request may be open without a single byte moving in either direction.
    pub stall_timeout: Duration,
    /// How often an HTTP/2 client is asked whether it is still there.
    pub http2_ping_interval: Duration,
    /// How long it may take to answer that.
    pub http2_ping_timeout: Duration,
    /// Streams that one HTTP/2 connection may have open.
    pub http2_streams: u32,
    /// Bytes of one HTTP/2 request that are buffered before they are read.
    pub http2_stream_window: u32,
    /// Bytes of all requests of one HTTP/2 connection that are buffered before they are read.
    pub http2_connection_window: u32,
    /// Bytes of one answer over HTTP/2 that are buffered before they are sent.
    pub http2_send_buffer: usize,
    /// Bytes of all headers of one request.
    pub header_bytes: u32,
    /// HTTP/2 streams reset by the client and not yet seen by us (rapid reset) before the connection ends.
    pub http2_pending_resets: usize,
    /// HTTP/2 streams that we had to reset because of the client's errors before the connection ends.
    pub http2_error_resets: usize,
    /// How long a stop waits for requests under way.
    pub drain_timeout: Duration,
    /// How long a connection without requests may take to say goodbye.
    pub goodbye_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: bounds::CONNECTIONS,
            connections_per_address: bounds::CONNECTIONS_PER_ADDRESS,
            sniff_timeout: Duration::from_secs(10),
            handshake_timeout: Duration::from_secs(10),
            header_timeout: bounds::HEAD_TIME,
            // Above the 60 s after which common load balancers drop a connection, so that they close first.
            http1_idle_timeout: Duration::from_secs(75),
            // gRPC clients keep a connection for reuse and ping it every minute; closing under 5 minutes hurts them.
            http2_idle_timeout: Duration::from_secs(600),
            stall_timeout: bounds::STALL_TIME,
            http2_ping_interval: Duration::from_secs(60),
            http2_ping_timeout: Duration::from_secs(20),
            http2_streams: bounds::STREAMS,
            http2_stream_window: bounds::STREAM_WINDOW_BYTES,
            http2_connection_window: bounds::CONNECTION_WINDOW_BYTES,
            http2_send_buffer: bounds::SEND_BUFFER_BYTES,
            header_bytes: bounds::HEAD_BYTES,
            http2_pending_resets: 20,
            http2_error_resets: 128,
            drain_timeout: Duration::from_secs(15),
            goodbye_timeout: Duration::from_secs(1),
        }
    }
}
