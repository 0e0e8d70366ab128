//! How values are written, the same in every store: those without columns of their own as JSON.

mod audit;
mod json;
mod kinds;
mod secrets;
mod stage;

pub use audit::storable;
pub use json::to_json;
pub use kinds::{read_kinds, write_kinds};
pub use secrets::{read_secrets, write_secrets};
pub use stage::{read_stage, write_stage};
