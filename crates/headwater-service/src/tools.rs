//! Tools: listing them and executing them.

mod attempt;
#[cfg(test)]
pub(crate) mod bench;
mod download;
mod execute;
mod failure;
mod list;
mod offer;
mod reconsent;
mod retry;
mod room;
mod scoped;
mod search;

use serde_json::{Map, Value};

use crate::memory::Held;

pub use execute::ExecuteTool;
pub use list::{ListTools, ToolListing};
pub(crate) use reconsent::OfferedLinks;
pub use scoped::{ListScopedTools, ScopedTool};
pub use search::{AccountReadiness, FoundTool, Readiness, SearchTools};

/// What a tool returned.
#[derive(Debug)]
pub struct Executed {
    /// The provider's JSON.
    pub data: Map<String, Value>,
    /// Names this run in logs.
    pub execution_id: String,
    /// Path and query by which a raw request reads the same, unless the call had an effect.
    pub path: Option<String>,
    /// The memory reserved for [`Executed::data`]: to be kept until the answer is written.
    pub held: Held,
}
