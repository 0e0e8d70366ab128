//! Outbound HTTP, the only place that opens client sockets.
