//! Tools: listing them and executing them.

mod attempt;
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

use std::ops::Deref;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::accounts::Accounts;
use crate::admission::Admission;
use crate::audit::Audit;
use crate::connect::Connect;
use crate::connections::Connections;
use crate::connectors::Connectors;
use crate::core::Core;
use crate::grants::Grants;
use crate::memory::{Held, Memory};
use crate::site_limits::SiteLimits;
use crate::usage::Usage;

pub use execute::ExecuteTool;
pub use list::{ListTools, ToolListing};
pub(crate) use reconsent::OfferedLinks;
pub use scoped::{ListScopedTools, ScopedTool};
pub use search::{AccountReadiness, FoundTool, Readiness, SearchTools};

/// The tools. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Tools(Arc<ToolParts>);

/// The parts that [`Tools`] is made of.
pub struct ToolParts {
    pub(crate) core: Core,
    pub(crate) audit: Audit,
    pub(crate) connectors: Connectors,
    pub(crate) connections: Connections,
    pub(crate) grants: Grants,
    pub(crate) accounts: Accounts,
    pub(crate) connect: Connect,
    pub(crate) site_limits: SiteLimits,
    pub(crate) admission: Admission,
    pub(crate) usage: Usage,
    pub(crate) memory: Memory,
    pub(crate) offered_links: OfferedLinks,
}

impl Deref for Tools {
    type Target = ToolParts;

    fn deref(&self) -> &ToolParts {
        &self.0
    }
}

impl Tools {
    pub(crate) fn new(parts: ToolParts) -> Self {
        Self(Arc::new(parts))
    }
}

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
