//! The most that agents may do here, whatever their users could: the operator's answer to pages that talk an agent into
//! things.

use headwater_catalog::definition::Tool;
use headwater_domain::error::ErrorKind;
use http::Method;

use crate::Service;
use crate::error::ServiceError;

/// What a call does to content; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing is called at all.
    Nothing,
    /// Nothing changes.
    Read,
    /// Something is added, and what is there stays as it is.
    Add,
    /// What is there is changed or removed.
    Change,
}

/// The bounds of a deployment.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The most that tools may do.
    pub tools: Effect,
    /// The most that raw requests may do, judged by their method.
    pub raw_requests: Effect,
}

impl Default for Policy {
    fn default() -> Self {
        Self { tools: Effect::Change, raw_requests: Effect::Change }
    }
}

impl Service {
    /// Refuses a tool that does more than the operator allows.
    pub(crate) fn ensure_tool_allowed(&self, tool: &Tool) -> Result<(), ServiceError> {
        let what = || format!("the tool {}", tool.name);
        ensure(of_tool(tool), self.settings().policy.tools, "policy.tools", what)
    }

    /// Refuses a raw request that does more than the operator allows.
    pub(crate) fn ensure_raw_allowed(&self, method: &Method) -> Result<(), ServiceError> {
        let what = || format!("the raw request with {method}");
        ensure(of_method(method), self.settings().policy.raw_requests, "policy.raw_requests", what)
    }
}

fn ensure(
    effect: Effect,
    most: Effect,
    setting: &str,
    what: impl FnOnce() -> String,
) -> Result<(), ServiceError> {
    if effect <= most {
        return Ok(());
    }
    let message = format!("nothing was sent: the operator does not allow {} here ({setting})", what());
    Err(ServiceError::new(ErrorKind::PermissionDenied, "NOT_ALLOWED", message))
}

fn of_tool(tool: &Tool) -> Effect {
    match (tool.hints.read_only, tool.hints.destructive) {
        (true, _) => Effect::Read,
        (false, false) => Effect::Add,
        (false, true) => Effect::Change,
    }
}

/// Methods that nobody has heard of can do anything.
fn of_method(method: &Method) -> Effect {
    match *method {
        Method::GET | Method::HEAD | Method::OPTIONS => Effect::Read,
        Method::POST => Effect::Add,
        _ => Effect::Change,
    }
}
