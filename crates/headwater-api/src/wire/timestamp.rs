//! Points in time.

use headwater_domain::time::Timestamp;

/// A point in time as the wire has it.
pub(crate) fn timestamp(time: Timestamp) -> prost_types::Timestamp {
    let nanos = i32::try_from(time.millis().rem_euclid(1000)).unwrap_or(0) * 1_000_000;
    prost_types::Timestamp { seconds: time.seconds(), nanos }
}

/// A point in time from the wire; what lies outside of a millisecond's count is moved to its end.
pub(crate) fn moment(wire: prost_types::Timestamp) -> Timestamp {
    let millis = i64::from(wire.nanos) / 1_000_000;
    Timestamp::from_millis(wire.seconds.saturating_mul(1000).saturating_add(millis))
}
