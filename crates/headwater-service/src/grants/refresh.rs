//! One refresh, from the stored pair to the next stored pair.

use std::sync::Arc;

use headwater_domain::account::{AccountEvent, ConnectedAccount};
use headwater_domain::error::ErrorKind;
use headwater_domain::grant::{Freshness, Grant, SealedGrant, freshness};
use headwater_domain::id::AccountId;
use headwater_domain::token_reply::{RefusalMeaning, TokenRefusal};

use super::sealing::{NewTokens, bind_candidate};
use super::token_request::{TokenFailure, refresh_pair};
use crate::Service;
use crate::error::ServiceError;
use crate::live::{LiveAccount, not_active};

impl Service {
    /// Refreshes an account whose grant of `generation` was found wanting. Reads the store again first: where
    /// the grant has moved on and is fresh, there is nothing to do.
    pub(super) async fn refresh(
        &self,
        id: &AccountId,
        generation: u64,
    ) -> Result<Arc<LiveAccount>, ServiceError> {
        let live = self.load_live(id).await?;
        let fresh = freshness(live.grant.obtained_at, live.grant.expires_at, self.now()) == Freshness::Fresh;
        if live.grant.generation != generation && fresh {
            self.live().remember(Arc::clone(&live)).await;
            return Ok(live);
        }
        let Some(refresh_token) = &live.grant.refresh_token else {
            return Err(self
                .lose_grant(&live, "the provider gave no refresh token; ask for the scope offline_access")
                .await?);
        };
        match refresh_pair(self, &live.connection, refresh_token).await {
            Ok((set, sent_at)) => {
                let tokens = NewTokens::from_reply(set, sent_at, &live.grant.scopes);
                self.store_pair(&live, tokens).await
            }
            Err(TokenFailure::Refused(refusal)) => Err(self.refused(&live, &refusal).await?),
            Err(TokenFailure::Unreachable(error)) => Err(transient(&live, &error.to_string())),
            Err(TokenFailure::Ours(error)) => Err(error),
        }
    }

    /// Makes the new pair durable before anybody can see it.
    async fn store_pair(
        &self,
        live: &LiveAccount,
        tokens: NewTokens,
    ) -> Result<Arc<LiveAccount>, ServiceError> {
        let id = &live.account.id;
        let mut grant = bind_candidate(tokens, id.clone(), live.grant.generation + 1);
        if grant.refresh_token.is_none() {
            grant.refresh_token = self.reopen_refresh_token(id).await?;
        }
        let Some(stored) = self.save(live, grant).await? else {
            // Somebody deleted, disconnected or re-authorized the account meanwhile: what is stored counts.
            self.live().forget(id).await;
            return self.load_live(id).await;
        };
        tracing::info!(account = %id, generation = stored.grant.generation, "grant refreshed");
        let stored = Arc::new(stored);
        self.live().remember(Arc::clone(&stored)).await;
        Ok(stored)
    }

    async fn save(&self, live: &LiveAccount, grant: Grant) -> Result<Option<LiveAccount>, ServiceError> {
        let sealed = self.seal_grant(&grant)?;
        let mut tx = self.store().write().await?;
        // The generation alone does not tell: after a disconnect and a new consent it counts from 1 again.
        let stored = tx.grant(&grant.account_id).await?;
        let same = |it: &SealedGrant| {
            it.generation == live.grant.generation && it.obtained_at == live.grant.obtained_at
        };
        if !stored.as_ref().is_some_and(same) {
            return Ok(None);
        }
        let Some(mut account) = tx.account(&grant.account_id).await? else { return Ok(None) };
        account.token_expires_at = grant.expires_at;
        account.updated_at = self.now();
        account.version += 1;
        if !tx.put_grant(&sealed).await? || !tx.update_account(&account).await? {
            return Ok(None);
        }
        tx.commit().await?;
        self.assemble(account, live.connection.clone(), grant).map(Some)
    }

    /// Some answers hold no refresh token; then the one in hand stays good. It is opened again because secrets
    /// are not copied around.
    async fn reopen_refresh_token(
        &self,
        id: &AccountId,
    ) -> Result<Option<headwater_domain::secret::Secret>, ServiceError> {
        let sealed = self.store().read().await?.grant(id).await?;
        Ok(sealed.map(|sealed| self.open_grant(sealed)).transpose()?.and_then(|grant| grant.refresh_token))
    }

    async fn refused(
        &self,
        live: &LiveAccount,
        refusal: &TokenRefusal,
    ) -> Result<ServiceError, ServiceError> {
        let summary = refusal.summary();
        match refusal.meaning {
            RefusalMeaning::GrantDead => self.lose_grant(live, &summary).await,
            RefusalMeaning::ConnectionMisconfigured => {
                tracing::error!(connection = %live.connection.name, refusal = %summary, "the provider refuses the connection's own credentials");
                let message = format!(
                    "the provider refuses connection `{}` itself ({summary}); check its client id and secret. The account is kept",
                    live.connection.name
                );
                Ok(ServiceError::new(ErrorKind::FailedPrecondition, "CONNECTION_REFUSED", message))
            }
            RefusalMeaning::Transient => Ok(transient(live, &summary)),
        }
    }

    /// Marks the account expired, unless its grant was replaced meanwhile.
    async fn lose_grant(&self, live: &LiveAccount, reason: &str) -> Result<ServiceError, ServiceError> {
        let mut tx = self.store().write().await?;
        let stored = tx.grant(&live.account.id).await?;
        let same = stored.is_some_and(|grant| grant.generation == live.grant.generation);
        let Some(account) = tx.account(&live.account.id).await? else {
            return Ok(not_active(&live.account, &live.connection));
        };
        if !same {
            return Ok(transient(live, "the grant was replaced at the same time"));
        }
        let expired = self.expire(account)?;
        tx.update_account(&expired).await?;
        tx.commit().await?;
        self.live().forget(&expired.id).await;
        tracing::warn!(account = %expired.id, reason, "the provider no longer accepts the grant");
        Ok(not_active(&expired, &live.connection))
    }

    fn expire(&self, account: ConnectedAccount) -> Result<ConnectedAccount, ServiceError> {
        let mut expired = account
            .after(AccountEvent::GrantLost, self.now())
            .map_err(|error| ServiceError::internal("the account cannot expire now", error))?;
        expired.version += 1;
        Ok(expired)
    }
}

fn transient(live: &LiveAccount, reason: &str) -> ServiceError {
    tracing::warn!(account = %live.account.id, reason, "the grant could not be refreshed now");
    let message = format!(
        "the access token of `{}` could not be refreshed now ({reason}); the account is kept, try again in a moment",
        live.account.owner.identifier
    );
    ServiceError::new(ErrorKind::Unavailable, "REFRESH_FAILED", message)
}
