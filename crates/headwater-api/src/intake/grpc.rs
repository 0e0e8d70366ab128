//! The message of a gRPC call.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use headwater_domain::bounds::ARGUMENTS;
use headwater_domain::error_code::ErrorCode;
use headwater_service::memory::Memory;
use prost_reflect::{DescriptorError, DescriptorPool, MessageDescriptor};
use tonic::{Code, Status};

use super::measure::measure;
use super::{COPIES, Reading, Refused, Taken, hold};
use crate::error;
use crate::proto::DESCRIPTORS;

/// What stands in front of a message: whether it is compressed, and its length.
const PREFIX: usize = 5;

/// What reading messages needs.
#[derive(Clone)]
pub(crate) struct Intake {
    memory: Memory,
    /// The request's message of every method, by its path.
    inputs: Arc<HashMap<String, MessageDescriptor>>,
    /// The largest message, in bytes.
    limit: usize,
}

impl Intake {
    /// Knows every method of the contract; reads messages of at most `limit` bytes.
    pub(crate) fn new(memory: Memory, limit: usize) -> Result<Self, DescriptorError> {
        let pool = DescriptorPool::decode(DESCRIPTORS)?;
        let methods = pool.services().flat_map(|it| it.methods().collect::<Vec<_>>());
        let inputs = methods
            .map(|it| (format!("/{}/{}", it.parent_service().full_name(), it.name()), it.input()))
            .collect();
        Ok(Self { memory, inputs: Arc::new(inputs), limit })
    }

    /// Reads the one message of a call. What is compressed is passed on as it is: it is refused elsewhere.
    async fn read(&self, input: &MessageDescriptor, body: Body) -> Result<Taken, Refused> {
        let mut reading = Reading::new(body);
        reading.until(PREFIX).await?;
        let Some((prefix, _)) = reading.read.split_first_chunk::<PREFIX>() else {
            return Err(Refused::Broken("is missing"));
        };
        let length = usize::try_from(u32::from_be_bytes([prefix[1], prefix[2], prefix[3], prefix[4]]));
        let length = length.ok().filter(|it| *it <= self.limit).ok_or(Refused::TooLarge(self.limit))?;
        let plain = prefix[0] == 0;
        let mut held = self.memory.reserve_for_call(length * COPIES).await?;
        reading.until(PREFIX + length).await?;
        let message = reading.read.get(PREFIX..PREFIX + length).ok_or(Refused::Broken("broke off"))?;
        if plain {
            let size = measure(input, message, &ARGUMENTS)?;
            held.add(self.memory.reserve_for_call(size.memory).await?);
        }
        reading.read.truncate(PREFIX + length);
        Ok(Taken { bytes: reading.read.freeze(), held })
    }
}

/// Reads and measures the message of a gRPC call before the call is made. Its memory is given back when the answer is
/// there.
pub(crate) async fn intake(State(intake): State<Intake>, request: Request, next: Next) -> Response {
    let Some(input) = intake.inputs.get(request.uri().path()) else { return next.run(request).await };
    let (head, body) = request.into_parts();
    match intake.read(input, body).await {
        Ok(Taken { bytes, held }) => {
            let response = next.run(Request::from_parts(head, Body::from(bytes))).await;
            drop(held);
            hold(response)
        }
        Err(refused) => status(&refused).into_http::<Body>().into_response(),
    }
}

fn status(refused: &Refused) -> Status {
    let (code, error_code) = match refused {
        Refused::TooLarge(_) => (Code::ResourceExhausted, ErrorCode::MessageTooLarge),
        Refused::Exceeded(_) | Refused::Broken(_) => (Code::InvalidArgument, ErrorCode::InvalidArgument),
        Refused::Busy(error) => return error::status(error),
    };
    error::refusal(code, error_code, &refused.to_string())
}
