//! Tools: listing them and executing them.

mod attempt;
mod execute;
mod failure;
mod list;
mod scoped;

use serde_json::{Map, Value};

pub use execute::ExecuteTool;
pub use list::{ListTools, ToolListing};
pub use scoped::{ListScopedTools, ScopedTool};

/// What a tool returned.
#[derive(Debug)]
pub struct Executed {
    /// The provider's JSON.
    pub data: Map<String, Value>,
    /// Names this run in logs.
    pub execution_id: String,
}
