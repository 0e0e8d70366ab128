//! Finding accounts.

use headwater_domain::account::Owner;
use headwater_domain::id::AccountId;
use headwater_ports::store::Tx;

use super::{AccountCredentials, AccountLocator, AccountView, Accounts, view_of};
use crate::audit::{self, Act};
use crate::connections::find_connection;
use crate::error::ServiceError;
use crate::live::LookupKey;
use crate::policy::Credentials;

/// The action of reading credentials; the subject says which were handed out.
const READ_CREDENTIALS: &str = "account.read_credentials";

impl Accounts {
    /// The account that `locator` names.
    ///
    /// # Errors
    /// `InvalidArgument` for a locator that names no account, `NotFound` where there is none.
    pub async fn get(&self, locator: &AccountLocator) -> Result<AccountView, ServiceError> {
        let mut tx = self.core.store().read().await?;
        self.find_account(&mut *tx, locator).await
    }

    /// The account that `locator` names, with as much of its credentials as the caller may read, refreshed where they
    /// were about to lapse. Without the role or the operator's leave, and on a disabled connection, there is no grant
    /// in the answer; that is no error, because programs ask for an account with this before they create it.
    ///
    /// # Errors
    /// `InvalidArgument` for a locator that names no account, `NotFound` where there is none; `Unavailable` where
    /// reading credentials has to be logged and the audit log cannot be written.
    pub async fn credentials(&self, locator: &AccountLocator) -> Result<AccountCredentials, ServiceError> {
        let most = self.core.settings().policy.readable_credentials();
        if most == Credentials::Nothing {
            let act = Act::call(READ_CREDENTIALS).on(most.as_str());
            return self.audit.observed(act, self.without_credentials(locator)).await;
        }
        let locator = locator.clone();
        self.audit
            .audited(Act::new(READ_CREDENTIALS), self, move |accounts| async move {
                accounts.read_credentials(&locator, most).await
            })
            .await
    }

    async fn without_credentials(
        &self,
        locator: &AccountLocator,
    ) -> Result<AccountCredentials, ServiceError> {
        let view = self.get(locator).await?;
        audit::touched(&view.account.id, &view.connection.id);
        Ok(AccountCredentials { view, grant: None })
    }

    async fn read_credentials(
        &self,
        locator: &AccountLocator,
        most: Credentials,
    ) -> Result<AccountCredentials, ServiceError> {
        let view = self.get(locator).await?;
        audit::touched(&view.account.id, &view.connection.id);
        if view.connection.enabled {
            // A refresh that fails leaves the stored state to be shown: the status says what is the matter.
            drop(self.grants.usable(&view.account.id).await);
        }
        let mut tx = self.core.store().read().await?;
        let view = view_of(&mut *tx, &view.account.id).await?;
        if !view.connection.enabled {
            audit::made(Credentials::Nothing.as_str());
            return Ok(AccountCredentials { view, grant: None });
        }
        audit::made(most.as_str());
        let sealed = tx.grant(&view.account.id).await?;
        let mut grant = sealed.map(|sealed| self.grants.open(sealed)).transpose()?;
        if let Some(grant) = &mut grant
            && most < Credentials::All
        {
            grant.refresh_token = None;
        }
        Ok(AccountCredentials { view, grant })
    }

    /// The id of the account that `locator` names, from memory where it was looked up lately.
    pub(crate) async fn id_of(&self, locator: &AccountLocator) -> Result<AccountId, ServiceError> {
        if let Some(id) = locator.account_id()? {
            return Ok(id);
        }
        let (connection, owner) = locator.required()?;
        let key = LookupKey { connection: connection.to_owned(), owner };
        self.remembered_id(key, async { Ok(self.get(locator).await?.account.id) }).await
    }

    /// Returns the id of an account of which connection and owner are known; `look` asks the store.
    async fn remembered_id<Looking>(&self, key: LookupKey, look: Looking) -> Result<AccountId, ServiceError>
    where
        Looking: Future<Output = Result<AccountId, ServiceError>>,
    {
        let known = self.live.ids();
        if let Some(id) = known.fresh(&key, self.core.clock().elapsed()).await {
            return Ok(id);
        }
        match look.await {
            Ok(id) => {
                known.keep(key, id.clone(), self.core.clock().elapsed()).await;
                Ok(id)
            }
            Err(error) if error.store_is_away() => known.old(&key).await.ok_or(error),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn find_account(
        &self,
        tx: &mut dyn Tx,
        locator: &AccountLocator,
    ) -> Result<AccountView, ServiceError> {
        if let Some(id) = locator.account_id()? {
            return view_of(tx, &id).await;
        }
        let (name, owner) = locator.required()?;
        let connection = find_connection(tx, name).await?;
        match tx.account_of(&connection.id, &owner).await? {
            Some(account) => Ok(AccountView { account, connection }),
            None => Err(no_account_of(&owner, name)),
        }
    }
}

fn no_account_of(owner: &Owner, connection: &str) -> ServiceError {
    ServiceError::not_found(format!(
        "`{}` has no connected account on connection `{connection}`; get an authorization link for it first",
        owner.identifier
    ))
}
