//! Points in time.

use headwater_domain::time::Timestamp;

/// A point in time as the wire has it.
pub(crate) fn timestamp(time: Timestamp) -> prost_types::Timestamp {
    let nanos = i32::try_from(time.millis().rem_euclid(1000)).unwrap_or(0) * 1_000_000;
    prost_types::Timestamp { seconds: time.seconds(), nanos }
}
