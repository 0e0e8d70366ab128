//! Room for what a provider answers: reserved before it is read, and kept until the caller has the answer.

use std::cell::RefCell;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use headwater_catalog::plan::RequestPlan;
use headwater_domain::bounds::ANSWER;
use headwater_domain::document;
use headwater_ports::upstream::{Body, ReadError};
use http::header::CONTENT_LENGTH;
use http::response::Parts;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::json;

use super::Tools;
use crate::memory::Held;

/// How many times its size an answer takes on its way, besides what is built from it: as it came, and as it goes on.
const COPIES: usize = 3;
/// What is reserved for an answer whose size nobody has told.
const UNTOLD: usize = 64 * 1024;

tokio::task_local! {
    static ROOM: RefCell<Held>;
}

/// Carries `call` out; what it reserves for answers is kept and comes with its outcome.
pub(super) async fn keeping<T>(call: impl Future<Output = T>) -> (T, Held) {
    let keeping = async {
        let outcome = call.await;
        (outcome, ROOM.with(RefCell::take))
    };
    ROOM.scope(RefCell::default(), keeping).await
}

/// Keeps a reservation until the present call has ended, if there is one.
fn keep(held: Held) {
    // Outside of a call nobody waits for an answer, and it is given back at once.
    ROOM.try_with(|room| room.borrow_mut().add(held)).ok();
}

impl Tools {
    /// Reads the answer to a planned call, and reserves what it and the document in it will take. Waits for room for at
    /// most `patience`. What was written is never told as failed because the answer to it is too large: such an answer is
    /// left out, and a note says so.
    pub(super) async fn read_answer(
        &self,
        plan: &RequestPlan,
        head: &Parts,
        body: Body,
        patience: Duration,
    ) -> Result<Bytes, ReadError> {
        let written = head.status.is_success() && !plan.read_only;
        let most = self.core.settings().tool_reply_limit;
        match self.read_bytes(&head.headers, body, most, patience).await {
            Ok(bytes) => match document::measure(&bytes, &ANSWER) {
                Ok(size) => self.make_room(size.memory, patience).await.map(|()| bytes),
                Err(_) if written => Ok(left_out(head.status)),
                // It is not parsed; whoever reads it says why.
                Err(_) => Ok(bytes),
            },
            Err(ReadError::TooLarge(_) | ReadError::NoRoom) if written => Ok(left_out(head.status)),
            Err(error) => Err(error),
        }
    }

    /// Reads an answer of at most `most` bytes, and reserves what that takes.
    pub(super) async fn read_bytes(
        &self,
        headers: &HeaderMap,
        mut body: Body,
        most: usize,
        patience: Duration,
    ) -> Result<Bytes, ReadError> {
        let told = headers.get(CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse::<usize>().ok());
        if told.is_some_and(|it| it > most) {
            return Err(ReadError::TooLarge(most));
        }
        let mut reserved = told.unwrap_or(UNTOLD);
        self.make_room(reserved * COPIES, patience).await?;
        let mut bytes = BytesMut::with_capacity(told.unwrap_or_default());
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(ReadError::Broken)?.into_data() else { continue };
            if bytes.len() + data.len() > most {
                return Err(ReadError::TooLarge(most));
            }
            if bytes.len() + data.len() > reserved {
                self.make_room(most.saturating_sub(reserved) * COPIES, patience).await?;
                reserved = most;
            }
            bytes.extend_from_slice(&data);
        }
        Ok(bytes.freeze())
    }

    async fn make_room(&self, bytes: usize, patience: Duration) -> Result<(), ReadError> {
        keep(self.memory.reserve_for_answer(bytes, patience).await.ok_or(ReadError::NoRoom)?);
        Ok(())
    }
}

/// What stands for an answer that is too large.
fn left_out(status: StatusCode) -> Bytes {
    let note = "The call took effect. The provider's answer to it is too large to be passed on and was left out; read \
                what was written with a tool that reads it, or with a raw request through /proxy.";
    Bytes::from(json!({ "success": true, "status": status.as_u16(), "note": note }).to_string())
}
