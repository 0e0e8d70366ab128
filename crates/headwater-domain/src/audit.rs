//! The audit log: who did what to which account. Never content, never secrets.

use crate::id::{AccountId, AuditId, ClientId, ConnectionId};
use crate::time::Timestamp;

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its identifier; entries sort by it within a millisecond.
    pub id: AuditId,
    /// When it was finished.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What was done, such as `tool.execute`.
    pub action: String,
    /// The account it was done to or with.
    pub account_id: Option<AccountId>,
    /// The connection it was done to or with.
    pub connection_id: Option<ConnectionId>,
    /// What exactly: a tool's name, a method and path without what users wrote, an id.
    pub subject: Option<String>,
    /// `ok`, or the code of the error.
    pub outcome: String,
    /// The HTTP status that the provider answered.
    pub provider_status: Option<u16>,
    /// The provider's own name for the request.
    pub provider_request_id: Option<String>,
    /// Our name for the run of a tool.
    pub execution_id: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// Who does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A program, by its API client.
    Client(ClientId),
    /// Whoever runs headwater, on the command line.
    Operator,
    /// A person with a browser, in the connect flow.
    EndUser,
    /// headwater itself.
    System,
}

impl Actor {
    /// The actor in one word: an API client's id, or a name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Client(id) => id.as_str(),
            Self::Operator => "operator",
            Self::EndUser => "end_user",
            Self::System => "system",
        }
    }

    /// Reads the word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "operator" => Some(Self::Operator),
            "end_user" => Some(Self::EndUser),
            "system" => Some(Self::System),
            id => ClientId::parse(id).ok().map(Self::Client),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_actor_is_read_back() {
        let client = ClientId::parse("skc_1").map(Actor::Client).ok();
        for actor in [Actor::Operator, Actor::EndUser, Actor::System].into_iter().chain(client) {
            assert_eq!(Actor::parse(actor.as_str()), Some(actor));
        }
        assert_eq!(Actor::parse("nobody"), None);
    }
}
