//! Outbound HTTP: the only place that opens client sockets.
//!
//! One pool for everything, HTTP/1.1 and HTTP/2, certificates checked by the platform's trust store. No redirect
//! is followed, no proxy environment is read, no header is added. Which addresses may be called is checked when
//! the connection is made, so that a name cannot change its mind between a check and the call.

mod address;
mod client;
mod connect;
mod counted;
mod failure;
mod idle;

pub use address::AllowedHost;
pub use client::{HttpUpstream, OpenError};
