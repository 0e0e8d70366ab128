//! Changing, disconnecting and deleting accounts.

use headwater_domain::account::{AccountEvent, ConnectedAccount};
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::event::EventKind;
use headwater_domain::secret::Secret;
use headwater_domain::site::Site;
use headwater_ports::store::Tx;
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use super::{AccountChange, AccountLocator, AccountView, Accounts, SuppliedTokens};
use crate::audit::Act;
use crate::bounds;
use crate::error::ServiceError;
use crate::grants::{NewTokens, bind_candidate};

/// The most scopes that supplied tokens can have.
const MOST_SCOPES: usize = 500;

/// What a consent told beside the tokens.
pub(crate) struct Consent {
    pub(crate) site: Site,
    pub(crate) provider_account_id: Option<String>,
}

impl Accounts {
    /// Changes an account. New tokens make it active, whatever it was before; settings are merged.
    ///
    /// # Errors
    /// `InvalidArgument` for a locator that names no account, `NotFound` where there is none; `InvalidArgument` for
    /// tokens or settings beyond their bounds, `Conflict` where somebody else changed the account at the same time.
    pub async fn update(
        &self,
        locator: &AccountLocator,
        change: AccountChange,
    ) -> Result<AccountView, ServiceError> {
        let locator = locator.clone();
        self.audit
            .audited(Act::new("account.update"), self, |accounts| async move {
                accounts.change_account(&locator, change).await
            })
            .await
    }

    async fn change_account(
        &self,
        locator: &AccountLocator,
        change: AccountChange,
    ) -> Result<AccountView, ServiceError> {
        let mut tx = self.core.store().write().await?;
        let AccountView { account, connection } = self.find_account(&mut *tx, locator).await?;
        let (status, version) = (account.status, account.version);
        let account = self.apply_change(&mut *tx, account, change).await?;
        if account.version != version {
            self.events.record(&mut *tx, &account, &connection, &[EventKind::Updated], Some(status)).await?;
        }
        self.audit.commit(tx).await?;
        self.live.forget(&account.id).await;
        Ok(AccountView { account, connection })
    }

    /// Disconnects an account: its tokens are destroyed, its record stays.
    ///
    /// # Errors
    /// `InvalidArgument` for a locator that names no account, `NotFound` where there is none; `Conflict` where
    /// somebody else changed the account at the same time.
    pub async fn disconnect(&self, locator: &AccountLocator) -> Result<AccountView, ServiceError> {
        let locator = locator.clone();
        self.audit
            .audited(Act::new("account.disconnect"), self, |accounts| async move {
                accounts.cut_off(&locator).await
            })
            .await
    }

    async fn cut_off(&self, locator: &AccountLocator) -> Result<AccountView, ServiceError> {
        let mut tx = self.core.store().write().await?;
        let AccountView { account, connection } = self.find_account(&mut *tx, locator).await?;
        let status = account.status;
        let mut account = account
            .after(AccountEvent::Disconnected, self.core.now())
            .map_err(|error| ServiceError::internal("the account cannot be disconnected now", error))?;
        account.version += 1;
        account.token_expires_at = None;
        tx.delete_grant(&account.id).await?;
        write(&mut *tx, &account).await?;
        self.events.record(&mut *tx, &account, &connection, &[], Some(status)).await?;
        self.audit.commit(tx).await?;
        self.live.forget(&account.id).await;
        Ok(AccountView { account, connection })
    }

    /// Deletes an account with its tokens.
    ///
    /// # Errors
    /// `InvalidArgument` for a locator that names no account, `NotFound` where there is none.
    pub async fn delete(&self, locator: &AccountLocator) -> Result<(), ServiceError> {
        let locator = locator.clone();
        self.audit
            .audited(Act::new("account.delete"), self, |accounts| async move {
                accounts.remove_account(&locator).await
            })
            .await
    }

    async fn remove_account(&self, locator: &AccountLocator) -> Result<(), ServiceError> {
        let mut tx = self.core.store().write().await?;
        let view = self.find_account(&mut *tx, locator).await?;
        tx.delete_account(&view.account.id).await?;
        self.events.record(&mut *tx, &view.account, &view.connection, &[EventKind::Deleted], None).await?;
        self.audit.commit(tx).await?;
        self.live.forget(&view.account.id).await;
        self.live.forget_all();
        Ok(())
    }

    pub(super) async fn apply_change(
        &self,
        tx: &mut dyn Tx,
        mut account: ConnectedAccount,
        change: AccountChange,
    ) -> Result<ConnectedAccount, ServiceError> {
        let tokens = change.tokens.filter(|tokens| !tokens.access_token.is_empty());
        tokens.as_ref().map_or(Ok(()), check_tokens)?;
        if tokens.is_none() && change.api_config.is_none() {
            return Ok(account);
        }
        let changed = change.api_config.is_some();
        account.api_config.extend(change.api_config.unwrap_or_default());
        // After merging: many small additions make a large whole.
        if changed {
            bounds::api_config(&account.api_config)?;
        }
        if wants_other_site(&account) {
            account.site = None;
        }
        if let Some(tokens) = tokens
            && let Some(tokens) = self.beside_stored(tx, &account, tokens).await?
        {
            return self.authorize(tx, account, self.supplied(tokens), None).await;
        }
        if !changed {
            return Ok(account);
        }
        account.updated_at = self.core.now();
        account.version += 1;
        write(tx, &account).await?;
        Ok(account)
    }

    /// What supplied tokens change about the stored ones. `None` where they are the stored ones, as when a program
    /// writes back what it read. What was left out, such as a refresh token that a program may not read, stays.
    async fn beside_stored(
        &self,
        tx: &mut dyn Tx,
        account: &ConnectedAccount,
        mut tokens: SuppliedTokens,
    ) -> Result<Option<SuppliedTokens>, ServiceError> {
        let stored = tx.grant(&account.id).await?.map(|it| self.grants.open(it)).transpose()?;
        let Some(stored) = stored else { return Ok(Some(tokens)) };
        let given = tokens.refresh_token.take().filter(|token| !token.is_empty());
        let same_refresh =
            given.as_ref().is_none_or(|it| stored.refresh_token.as_ref().is_some_and(|own| same(own, it)));
        if same(&stored.access_token, &tokens.access_token) && same_refresh {
            return Ok(None);
        }
        tokens.refresh_token = given.or(stored.refresh_token);
        if tokens.scopes.is_empty() {
            tokens.scopes = stored.scopes;
        }
        Ok(Some(tokens))
    }

    /// Tokens from outside come without an end. They count as good until the provider's answers say otherwise.
    fn supplied(&self, tokens: SuppliedTokens) -> NewTokens {
        NewTokens {
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token.filter(|token| !token.is_empty()),
            scopes: tokens.scopes,
            obtained_at: self.core.now(),
            expires_at: None,
        }
    }

    /// Gives an account its tokens and makes it active: the one place where that happens. A site that is not known
    /// yet is found on first use.
    pub(crate) async fn authorize(
        &self,
        tx: &mut dyn Tx,
        account: ConnectedAccount,
        tokens: NewTokens,
        consent: Option<Consent>,
    ) -> Result<ConnectedAccount, ServiceError> {
        let generation = tx.grant(&account.id).await?.map_or(0, |grant| grant.generation) + 1;
        let mut account = account
            .after(AccountEvent::Authorized, self.core.now())
            .map_err(|error| ServiceError::internal("the account cannot be authorized now", error))?;
        account.version += 1;
        account.token_expires_at = tokens.expires_at;
        if let Some(consent) = consent {
            self.report_shared_user(tx, &account, &consent).await?;
            account.site = Some(consent.site);
            account.provider_account_id = consent.provider_account_id;
        } else {
            // Tokens from outside can be anybody's.
            account.provider_account_id = None;
        }
        let grant = bind_candidate(tokens, account.id.clone(), generation);
        if !tx.put_grant(&self.grants.seal(&grant)?).await? {
            return Err(changed_meanwhile());
        }
        write(tx, &account).await?;
        Ok(account)
    }
}

/// Refuses tokens from outside that are too long, or have too many scopes.
fn check_tokens(tokens: &SuppliedTokens) -> Result<(), ServiceError> {
    const FIELD: &str = "authorization_details.oauth_token";
    bounds::secret(&format!("{FIELD}.access_token"), &tokens.access_token, bounds::TOKEN)?;
    if let Some(token) = &tokens.refresh_token {
        bounds::secret(&format!("{FIELD}.refresh_token"), token, bounds::TOKEN)?;
    }
    let field = format!("{FIELD}.scopes");
    if tokens.scopes.len() > MOST_SCOPES {
        let message = format!("has {} entries, more than {MOST_SCOPES}", tokens.scopes.len());
        return Err(ServiceError::invalid(&field, &format!("max_items={MOST_SCOPES}"), message));
    }
    tokens.scopes.iter().try_for_each(|scope| bounds::text(&field, scope, bounds::SCOPE))
}

#[expect(clippy::disallowed_methods, reason = "a token that is written back is compared with the stored one")]
fn same(stored: &Secret, given: &Secret) -> bool {
    stored.expose().as_bytes().ct_eq(given.expose().as_bytes()).into()
}

async fn write(tx: &mut dyn Tx, account: &ConnectedAccount) -> Result<(), ServiceError> {
    if tx.update_account(account).await? { Ok(()) } else { Err(changed_meanwhile()) }
}

fn changed_meanwhile() -> ServiceError {
    let message =
        "the connected account was changed by somebody else at the same time; read it again and repeat";
    ServiceError::new(ErrorKind::Conflict, ErrorCode::Conflict, message)
}

/// Whether the settings name a site other than the one in use.
fn wants_other_site(account: &ConnectedAccount) -> bool {
    let wanted = account.api_config.get("cloud_id").and_then(Value::as_str);
    wanted.is_some_and(|id| account.site.as_ref().is_some_and(|site| site.cloud_id != id))
}
