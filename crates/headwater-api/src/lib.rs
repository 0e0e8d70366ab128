//! The wire contract: gRPC and REST from one set of protos, access tokens, and the raw proxy.
//!
//! Adapters decode, authenticate and encode; everything else is in `headwater_service`.

mod authenticate;
mod error;
mod grpc;
mod jwt;
mod keys;
mod proto;
mod proxy;
mod rest;
mod roles;
mod router;
mod rules;
#[cfg(test)]
mod tests;
mod throttle;
mod token;
mod wire;

pub use router::{Limits, SetupError, router, with_single_slashes};
