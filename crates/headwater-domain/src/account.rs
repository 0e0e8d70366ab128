//! Connected accounts and their life cycle.

use serde_json::{Map, Value};

use crate::id::{AccountId, ConnectionId};
use crate::name::Identifier;
use crate::site::Site;
use crate::time::Timestamp;

/// One end user's authorization on one connection.
#[derive(Clone, Debug)]
pub struct ConnectedAccount {
    /// Its identifier.
    pub id: AccountId,
    /// The connection it belongs to.
    pub connection_id: ConnectionId,
    /// Whose it is.
    pub owner: Owner,
    /// Where it stands in its life cycle.
    pub status: AccountStatus,
    /// The site that its calls go to; absent until the end user consented.
    pub site: Option<Site>,
    /// The provider's own id of the consenting user, when known.
    pub provider_account_id: Option<String>,
    /// Free settings kept for the caller; merged on update.
    pub api_config: Map<String, Value>,
    /// When the present access token lapses.
    pub token_expires_at: Option<Timestamp>,
    /// When a tool or the proxy last used it.
    pub last_used_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with every change; writes compare it.
    pub version: u64,
}

/// Whose account it is. Unique within a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The application's own name for its end user.
    pub identifier: Identifier,
    /// The application's organization, when it tells its users apart by one.
    pub organization_id: Option<String>,
    /// The application's user, when it tells them apart by one.
    pub user_id: Option<String>,
}

/// Where an account stands. The variants are those of the wire contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountStatus {
    /// Waiting for the end user's consent.
    PendingAuth,
    /// Consent was given; the application has not yet confirmed who gave it.
    PendingVerification,
    /// Usable.
    Active,
    /// The provider no longer accepts its grant; the end user must consent again.
    Expired,
    /// Disconnected on purpose; the record is kept.
    Disconnected,
}

/// What can happen to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountEvent {
    /// Usable credentials were stored.
    Authorized,
    /// Credentials wait for the application to confirm the end user.
    AwaitsVerification,
    /// The application did not confirm the end user.
    NotVerified,
    /// The provider refused the refresh token for good, or there is none.
    GrantLost,
    /// The application, operator or end user disconnected it.
    Disconnected,
}

/// An event that makes no sense in the present status.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a connected account that is {status:?} cannot take {event:?}")]
pub struct InvalidTransition {
    /// The status it had.
    pub status: AccountStatus,
    /// The event that was refused.
    pub event: AccountEvent,
}

impl AccountStatus {
    /// Every status, in the order of the wire contract.
    pub const ALL: [Self; 5] =
        [Self::Active, Self::Expired, Self::PendingAuth, Self::PendingVerification, Self::Disconnected];

    /// The status after `event`. An active account never falls back to pending because someone opened a link:
    /// a new consent replaces the grant only once it is complete.
    pub fn after(self, event: AccountEvent) -> Result<Self, InvalidTransition> {
        match (self, event) {
            (_, AccountEvent::Authorized) | (Self::Active, AccountEvent::AwaitsVerification) => {
                Ok(Self::Active)
            }
            (_, AccountEvent::AwaitsVerification) => Ok(Self::PendingVerification),
            // An account that was not waiting has not lost anything.
            (Self::PendingVerification, AccountEvent::NotVerified) => Ok(Self::PendingAuth),
            (status, AccountEvent::NotVerified) => Ok(status),
            (Self::Active | Self::Expired, AccountEvent::GrantLost) => Ok(Self::Expired),
            (_, AccountEvent::Disconnected) => Ok(Self::Disconnected),
            (status, event @ AccountEvent::GrantLost) => Err(InvalidTransition { status, event }),
        }
    }

    /// The status as the wire contract spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PendingAuth => "PENDING_AUTH",
            Self::PendingVerification => "PENDING_VERIFICATION",
            Self::Active => "ACTIVE",
            Self::Expired => "EXPIRED",
            Self::Disconnected => "DISCONNECTED",
        }
    }

    /// Reads the wire contract's spelling; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

impl ConnectedAccount {
    /// A new account that waits for consent.
    pub fn pending(id: AccountId, connection_id: ConnectionId, owner: Owner, now: Timestamp) -> Self {
        Self {
            id,
            connection_id,
            owner,
            status: AccountStatus::PendingAuth,
            site: None,
            provider_account_id: None,
            api_config: Map::new(),
            token_expires_at: None,
            last_used_at: None,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// This account after `event`, stamped with `now`.
    pub fn after(mut self, event: AccountEvent, now: Timestamp) -> Result<Self, InvalidTransition> {
        self.status = self.status.after(event)?;
        self.updated_at = now;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_life_cycle_is_the_contracts() {
        use AccountEvent::{AwaitsVerification, GrantLost, NotVerified};
        use AccountStatus::{Active, Disconnected, Expired, PendingAuth, PendingVerification};
        for status in AccountStatus::ALL {
            assert_eq!(status.after(AccountEvent::Authorized), Ok(Active));
            assert_eq!(status.after(AccountEvent::Disconnected), Ok(Disconnected));
            assert_eq!(AccountStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(Active.after(AwaitsVerification), Ok(Active));
        assert_eq!(Expired.after(AwaitsVerification), Ok(PendingVerification));
        assert_eq!(PendingVerification.after(NotVerified), Ok(PendingAuth));
        assert_eq!(Active.after(NotVerified), Ok(Active));
        assert_eq!(Active.after(GrantLost), Ok(Expired));
        assert!(PendingAuth.after(GrantLost).is_err());
        assert!(Disconnected.after(GrantLost).is_err());
        assert_eq!(AccountStatus::parse("PENDING"), None);
    }
}
