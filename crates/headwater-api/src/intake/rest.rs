//! The body of a REST call.

use axum::body::Body;
use headwater_domain::bounds::ARGUMENTS;
use headwater_domain::document;
use headwater_service::memory::Memory;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;

use super::{COPIES, Reading, Refused, Taken, UNTOLD};

/// Reads a JSON body of at most `limit` bytes and measures it.
pub(crate) async fn read(
    memory: &Memory,
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<Taken, Refused> {
    let told = headers.get(CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|it| it > limit) {
        return Err(Refused::TooLarge(limit));
    }
    let mut held = memory.reserve_for_call(told.unwrap_or(UNTOLD) * COPIES).await?;
    let mut reading = Reading::new(body);
    if told.is_none() {
        reading.until(UNTOLD).await?;
        if reading.read.len() >= UNTOLD {
            held.add(memory.reserve_for_call((limit - UNTOLD.min(limit)) * COPIES).await?);
        }
    }
    reading.until(limit + 1).await?;
    if reading.read.len() > limit {
        return Err(Refused::TooLarge(limit));
    }
    let bytes = reading.read.freeze();
    let size = document::measure(&bytes, &ARGUMENTS)?;
    held.shrink(bytes.len() * COPIES);
    held.add(memory.reserve_for_call(size.memory).await?);
    Ok(Taken { bytes, held })
}
