//! The seams between use cases and the outside world, as traits: time, randomness, secrets at rest, storage and
//! outbound HTTP. Implementations live in the driven crates; fakes in [`fakes`], behind a feature.

pub mod clock;
pub mod entropy;
#[cfg(feature = "fakes")]
pub mod fakes;
pub mod sealer;
pub mod store;
#[cfg(feature = "store-suite")]
pub mod store_suite;
pub mod stored;
pub mod upstream;
#[cfg(feature = "weakened")]
pub mod weakened;
