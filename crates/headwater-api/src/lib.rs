//! The wire contract: gRPC and REST from one set of protos, access tokens, and the raw proxy.
//!
//! Adapters decode, authenticate and encode; everything else is in `headwater_service`.

mod authenticate;
mod environment_url;
mod error;
mod grpc;
mod intake;
mod jwt;
mod keys;
mod open_door;
mod plaintext;
mod proto;
mod protobuf;
mod protocol;
mod proxy;
mod rest;
mod roles;
mod router;
mod rules;
#[cfg(test)]
mod tests;
mod throttle;
mod token;
mod token_keys;
mod wire;

pub use jwt::new_signing_key;
pub use open_door::OpenDoor;
pub use plaintext::{Transport, with_transport};
pub use router::{Limits, SetupError, router, with_single_slashes};
