//! Events: what happened to connected accounts, as applications are told.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::account::{AccountStatus, ConnectedAccount};
use crate::connection::Connection;
use crate::id::{AccountId, ConnectionId, EventId};
use crate::time::Timestamp;

/// Something that happened to a connected account. Holds no secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its identifier; the same in every delivery.
    pub id: EventId,
    /// What happened.
    pub kind: EventKind,
    /// The account that it happened to; the account itself may be gone.
    pub account_id: AccountId,
    /// The account's connection.
    pub connection_id: ConnectionId,
    /// The account's organization.
    pub organization_id: Option<String>,
    /// The account as it was then.
    pub data: Map<String, Value>,
    /// When it happened.
    pub occurred_at: Timestamp,
}

/// What can happen. The variants are those of the wire contract, and one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// An account was created.
    Created,
    /// A caller changed an account.
    Updated,
    /// An account's status changed.
    StatusUpdated,
    /// An account was deleted.
    Deleted,
    /// An authorization link was made for an account.
    LinkGenerated,
    /// The provider gave tokens for a consent.
    TokensFetched,
    /// A consent has made an account usable.
    OauthSucceeded,
    /// An account's tokens were refreshed.
    RefreshSucceeded,
    /// An account's tokens can be refreshed no more.
    RefreshFailed,
    /// An account's grant ends in some days whatever is done, and its end user should authorize again before. Not in
    /// the contract.
    ReauthorizationDue,
}

/// A text that names no kind of event.
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownEventKind(String);

impl fmt::Display for UnknownEventKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = EventKind::ALL.map(EventKind::as_str).join(", ");
        write!(formatter, "`{}` is no type of event; known types: {known}", self.0)
    }
}

impl std::error::Error for UnknownEventKind {}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Created,
        Self::Updated,
        Self::StatusUpdated,
        Self::Deleted,
        Self::LinkGenerated,
        Self::TokensFetched,
        Self::OauthSucceeded,
        Self::RefreshSucceeded,
        Self::RefreshFailed,
        Self::ReauthorizationDue,
    ];

    /// The kind as the wire contract spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "connected_account.created",
            Self::Updated => "connected_account.updated",
            Self::StatusUpdated => "connected_account.status_updated",
            Self::Deleted => "connected_account.deleted",
            Self::LinkGenerated => "connected_account.magic_link_generated",
            Self::TokensFetched => "connected_account.oauth_tokens_fetched",
            Self::OauthSucceeded => "connected_account.oauth_succeeded",
            Self::RefreshSucceeded => "connected_account.token_refresh_succeeded",
            Self::RefreshFailed => "connected_account.token_refresh_failed",
            Self::ReauthorizationDue => "connected_account.reauthorization_due",
        }
    }

    /// Reads the wire contract's spelling; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Reads a list of kinds that somebody wants to be told of, each once. One that does not exist is refused: nobody
    /// would notice that it never comes.
    pub fn parse_list(names: &[String]) -> Result<Vec<Self>, UnknownEventKind> {
        let mut kinds = Vec::new();
        for name in names {
            let kind = Self::parse(name).ok_or_else(|| UnknownEventKind(name.clone()))?;
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        Ok(kinds)
    }
}

impl Event {
    /// Something other than a change of status.
    pub fn of_account(
        id: EventId,
        kind: EventKind,
        account: &ConnectedAccount,
        connection: &Connection,
        now: Timestamp,
    ) -> Self {
        let mut data = describe(account, connection);
        for (name, time) in
            [("token_expires_at", account.token_expires_at), ("last_used_at", account.last_used_at)]
        {
            if let Some(time) = time {
                data.insert(name.to_owned(), time.rfc3339().into());
            }
        }
        Self::new(id, kind, account, data, now)
    }

    /// A change of status from `old`.
    pub fn status_updated(
        id: EventId,
        account: &ConnectedAccount,
        connection: &Connection,
        old: AccountStatus,
        now: Timestamp,
    ) -> Self {
        let mut data = describe(account, connection);
        data.insert("old_status".to_owned(), old.as_str().into());
        Self::new(id, EventKind::StatusUpdated, account, data, now)
    }

    /// The end user should authorize again before `reauth_by`.
    pub fn reauthorization_due(
        id: EventId,
        account: &ConnectedAccount,
        connection: &Connection,
        reauth_by: Timestamp,
        now: Timestamp,
    ) -> Self {
        let mut event = Self::of_account(id, EventKind::ReauthorizationDue, account, connection, now);
        event.data.insert("reauth_by".to_owned(), reauth_by.rfc3339().into());
        event
    }

    fn new(
        id: EventId,
        kind: EventKind,
        account: &ConnectedAccount,
        data: Map<String, Value>,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            kind,
            account_id: account.id.clone(),
            connection_id: account.connection_id.clone(),
            organization_id: account.owner.organization_id.clone(),
            data,
            occurred_at: now,
        }
    }

    /// What is sent for it, the same every time. `environment` names the deployment.
    pub fn envelope(&self, environment: &str) -> Value {
        let mut envelope = json!({
            "spec_version": "1",
            "id": self.id.as_str(),
            "type": self.kind.as_str(),
            "object": "ConnectedAccount",
            "occurred_at": self.occurred_at.rfc3339(),
            "environment_id": environment,
            "data": self.data,
        });
        if let (Some(organization), Value::Object(fields)) = (&self.organization_id, &mut envelope) {
            fields.insert("organization_id".to_owned(), organization.as_str().into());
        }
        envelope
    }
}

fn describe(account: &ConnectedAccount, connection: &Connection) -> Map<String, Value> {
    let pairs = [
        ("id", account.id.as_str()),
        ("identifier", account.owner.identifier.as_str()),
        ("connection_id", account.connection_id.as_str()),
        ("connection_name", connection.name.as_str()),
        ("provider", connection.provider.as_str()),
        ("authorization_type", "OAUTH"),
        ("status", account.status.as_str()),
    ];
    pairs.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(EventKind::parse("connected_account."), None);
        let list = |names: &[&str]| {
            EventKind::parse_list(&names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
        };
        let [created, deleted] = [EventKind::Created, EventKind::Deleted];
        let names = [created.as_str(), deleted.as_str(), created.as_str()];
        assert_eq!(list(&names), Ok(vec![created, deleted]));
        let error = list(&["created"]).unwrap_err().to_string();
        assert!(error.contains("`created`") && error.contains(created.as_str()), "{error}");
    }

    #[test]
    fn the_envelope_is_the_contracts() {
        let now = Timestamp::from_millis(1_795_000_000_123);
        let event = Event {
            id: EventId::generate(now, 1),
            kind: EventKind::Deleted,
            account_id: AccountId::generate(now, 2),
            connection_id: ConnectionId::generate(now, 3),
            organization_id: None,
            data: Map::from_iter([("status".to_owned(), "ACTIVE".into())]),
            occurred_at: now,
        };
        let envelope = event.envelope("env_1");
        assert_eq!(
            envelope,
            json!({"spec_version": "1", "id": event.id.as_str(), "type": "connected_account.deleted",
                   "object": "ConnectedAccount", "occurred_at": "2026-11-18T11:06:40.123Z",
                   "environment_id": "env_1", "data": {"status": "ACTIVE"}})
        );
        let ours = Event { organization_id: Some("org_7".to_owned()), ..event };
        assert_eq!(ours.envelope("env_1")["organization_id"], "org_7");
    }
}
