//! The most that agents may do here, whatever their users could: the operator's answer to pages that talk an agent into
//! things.

use headwater_catalog::definition::Tool;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::role::Role;
use http::Method;

use crate::caller::may;
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
    /// Which credentials of accounts API clients may read, where they have the role for it.
    pub credentials: Credentials,
}

/// Which credentials of a connected account are handed out; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Credentials {
    /// None.
    Nothing,
    /// The access token, which lapses within the hour.
    Access,
    /// The refresh token too: whoever has it can take the grant away from headwater.
    All,
}

impl Credentials {
    /// The word for the audit log.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Access => "access",
            Self::All => "all",
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self { tools: Effect::Change, raw_requests: Effect::Change, credentials: Credentials::Access }
    }
}

impl Policy {
    /// Refuses a tool that does more than the operator allows.
    pub(crate) fn ensure_tool(self, tool: &Tool) -> Result<(), ServiceError> {
        let what = || format!("the tool {}", tool.name);
        ensure(of_tool(tool), self.tools, "policy.tools", what)
    }

    /// The most of an account's credentials that the caller may read.
    pub(crate) fn readable_credentials(self) -> Credentials {
        if may(Role::Credentials) { self.credentials } else { Credentials::Nothing }
    }

    /// Refuses a raw request that does more than the operator allows.
    pub(crate) fn ensure_raw_request(self, method: &Method) -> Result<(), ServiceError> {
        let what = || format!("the raw request with {method}");
        ensure(of_method(method), self.raw_requests, "policy.raw_requests", what)
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
    Err(ServiceError::new(ErrorKind::PermissionDenied, ErrorCode::NotAllowed, message))
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
