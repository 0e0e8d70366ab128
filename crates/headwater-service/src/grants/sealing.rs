//! Grants on their way into the store and out of it.

use headwater_domain::grant::{Grant, SealedGrant};
use headwater_domain::id::AccountId;
use headwater_domain::secret::Secret;
use headwater_domain::time::Timestamp;
use headwater_domain::token_reply::TokenSet;
use headwater_ports::sealer::SealContext;

use super::Grants;
use crate::error::ServiceError;

/// Tokens from a provider, before they belong to an account.
pub(crate) struct NewTokens {
    pub(crate) access_token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) scopes: Vec<String>,
    pub(crate) obtained_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
}

impl NewTokens {
    /// Takes a provider's answer to a request that was sent at `sent_at`. `requested` stands in where the
    /// provider did not say what it granted (RFC 6749 §5.1).
    pub(crate) fn from_reply(set: TokenSet, sent_at: Timestamp, requested: &[String]) -> Self {
        Self {
            access_token: set.access_token,
            refresh_token: set.refresh_token,
            scopes: set.scopes.unwrap_or_else(|| requested.to_vec()),
            obtained_at: sent_at,
            expires_at: set.expires_in.map(|lifetime| sent_at.plus(lifetime)),
        }
    }
}

/// Turns tokens into the grant of an account.
pub(crate) fn bind_candidate(tokens: NewTokens, account_id: AccountId, generation: u64) -> Grant {
    Grant {
        account_id,
        generation,
        access_token: tokens.access_token,
        refresh_token: tokens.refresh_token,
        scopes: tokens.scopes,
        obtained_at: tokens.obtained_at,
        expires_at: tokens.expires_at,
    }
}

/// Takes the tokens out of a grant again.
pub(super) fn unbind(grant: Grant) -> NewTokens {
    NewTokens {
        access_token: grant.access_token,
        refresh_token: grant.refresh_token,
        scopes: grant.scopes,
        obtained_at: grant.obtained_at,
        expires_at: grant.expires_at,
    }
}

impl Grants {
    /// Seals a grant for the store.
    pub(crate) fn seal(&self, grant: &Grant) -> Result<SealedGrant, ServiceError> {
        let seal = |field, secret| {
            self.core.sealer().seal(grant_context(&grant.account_id, field, grant.generation), secret)
        };
        Ok(SealedGrant {
            account_id: grant.account_id.clone(),
            generation: grant.generation,
            access_token: seal("access_token", &grant.access_token)?,
            refresh_token: grant
                .refresh_token
                .as_ref()
                .map(|token| seal("refresh_token", token))
                .transpose()?,
            scopes: grant.scopes.clone(),
            obtained_at: grant.obtained_at,
            expires_at: grant.expires_at,
        })
    }

    /// Opens a grant from the store.
    pub(crate) fn open(&self, sealed: SealedGrant) -> Result<Grant, ServiceError> {
        let open = |field, it| {
            self.core.sealer().open(grant_context(&sealed.account_id, field, sealed.generation), it)
        };
        let access_token = open("access_token", &sealed.access_token)?;
        let refresh_token = sealed.refresh_token.as_ref().map(|it| open("refresh_token", it)).transpose()?;
        Ok(Grant {
            account_id: sealed.account_id,
            generation: sealed.generation,
            access_token,
            refresh_token,
            scopes: sealed.scopes,
            obtained_at: sealed.obtained_at,
            expires_at: sealed.expires_at,
        })
    }
}

fn grant_context<'a>(account: &'a AccountId, field: &'static str, generation: u64) -> SealContext<'a> {
    SealContext { record: "grant", id: account.as_str(), field, generation }
}
