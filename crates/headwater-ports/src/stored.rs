//! How values without columns of their own are written, the same in every store: as JSON.

mod json;
mod kinds;
mod secrets;
mod stage;

pub use json::to_json;
pub use kinds::{read_kinds, write_kinds};
pub use secrets::{read_secrets, write_secrets};
pub use stage::{read_stage, write_stage};
