//! Reading what a caller sends: within its bounds, and within the memory that all calls share.
//!
//! A message is measured before anything is built from it. Its bytes may look small and still become many times as
//! much: an empty value takes two bytes on the wire, and a structure of its own in memory.

mod grpc;
mod held_body;
mod measure;
mod rest;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::response::Response;
use bytes::BytesMut;
use headwater_domain::document::Exceeded;
use headwater_service::error::ServiceError;
use headwater_service::memory::Held;
use http_body_util::BodyExt as _;

use self::held_body::HeldBody;
pub(crate) use grpc::{Intake, intake};
pub(crate) use rest::read as read_json;

/// How many times its size a message takes on its way, besides what is built from it: as it came, as it is handed on,
/// and as the request to the provider that it becomes.
const COPIES: usize = 3;
/// What is reserved for a body whose size nobody has told.
const UNTOLD: usize = 64 * 1024;

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// It is larger than allowed.
    #[error(
        "the message is larger than {0} bytes, the most that a call may have (limits.body_bytes); a larger body or file goes through /proxy"
    )]
    TooLarge(usize),
    /// What it holds exceeds a bound.
    #[error("the message {0}; a body that is JSON can be given as text, and more goes through /proxy")]
    Exceeded(#[from] Exceeded),
    /// It ended early, or is no message.
    #[error("the message {0}")]
    Broken(&'static str),
    /// There is no memory for it.
    #[error(transparent)]
    Busy(#[from] ServiceError),
}

/// A body that is being read, piece by piece.
struct Reading {
    body: Body,
    read: BytesMut,
}

impl Reading {
    fn new(body: Body) -> Self {
        Self { body, read: BytesMut::new() }
    }

    /// Reads until there are `wanted` bytes, or the body ends; not much more.
    async fn until(&mut self, wanted: usize) -> Result<(), Refused> {
        while self.read.len() < wanted {
            let Some(frame) = self.body.frame().await else { return Ok(()) };
            let frame = frame.map_err(|_| Refused::Broken("broke off"))?;
            if let Ok(data) = frame.into_data() {
                self.read.extend_from_slice(&data);
            }
        }
        Ok(())
    }
}

/// Keeps the memory that is reserved for an answer until its body has gone out.
pub(crate) fn hold(mut response: Response) -> Response {
    let Some(held) = response.extensions_mut().remove::<Arc<Held>>() else { return response };
    response.map(|body| Body::new(HeldBody::new(body, held)))
}

/// A body that was read, with the memory reserved for it.
pub(crate) struct Taken {
    pub(crate) bytes: Bytes,
    pub(crate) held: Held,
}
