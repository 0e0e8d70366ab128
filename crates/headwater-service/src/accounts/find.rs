//! Finding accounts.

use headwater_domain::account::Owner;
use headwater_domain::connection::Connection;
use headwater_domain::id::AccountId;
use headwater_ports::store::Tx;

use super::{AccountCredentials, AccountLocator, AccountView};
use crate::Service;
use crate::audit::{self, Act};
use crate::connections::unknown_connection;
use crate::error::ServiceError;
use crate::live::{LookupKey, no_account};
use crate::policy::Credentials;

/// The action of reading credentials; the subject says which were handed out.
const READ_CREDENTIALS: &str = "account.read_credentials";

impl Service {
    /// The account that `locator` names.
    pub async fn account(&self, locator: &AccountLocator) -> Result<AccountView, ServiceError> {
        let mut tx = self.store().read().await?;
        self.find_account(&mut *tx, locator).await
    }

    /// The account that `locator` names, with as much of its credentials as the caller may read, refreshed where they
    /// were about to lapse. Without the role or the operator's leave, and on a disabled connection, there is no grant
    /// in the answer; that is no error, because programs ask for an account with this before they create it.
    pub async fn account_credentials(
        &self,
        locator: &AccountLocator,
    ) -> Result<AccountCredentials, ServiceError> {
        let most = self.readable_credentials();
        if most == Credentials::Nothing {
            let act = Act::call(READ_CREDENTIALS).on(most.as_str());
            return self.observed(act, self.without_credentials(locator)).await;
        }
        let locator = locator.clone();
        self.audited(Act::new(READ_CREDENTIALS), move |service| async move {
            service.read_credentials(&locator, most).await
        })
        .await
    }

    async fn without_credentials(
        &self,
        locator: &AccountLocator,
    ) -> Result<AccountCredentials, ServiceError> {
        let view = self.account(locator).await?;
        audit::touched(&view.account.id, &view.connection.id);
        Ok(AccountCredentials { view, grant: None })
    }

    async fn read_credentials(
        &self,
        locator: &AccountLocator,
        most: Credentials,
    ) -> Result<AccountCredentials, ServiceError> {
        let view = self.account(locator).await?;
        audit::touched(&view.account.id, &view.connection.id);
        if view.connection.enabled {
            // A refresh that fails leaves the stored state to be shown: the status says what is the matter.
            drop(self.usable(&view.account.id).await);
        }
        let mut tx = self.store().read().await?;
        let view = self.view_of(&mut *tx, &view.account.id).await?;
        if !view.connection.enabled {
            audit::made(Credentials::Nothing.as_str());
            return Ok(AccountCredentials { view, grant: None });
        }
        audit::made(most.as_str());
        let sealed = tx.grant(&view.account.id).await?;
        let mut grant = sealed.map(|sealed| self.open_grant(sealed)).transpose()?;
        if let Some(grant) = &mut grant
            && most < Credentials::All
        {
            grant.refresh_token = None;
        }
        Ok(AccountCredentials { view, grant })
    }

    /// The id of the account that `locator` names, from memory where it was looked up lately.
    pub(crate) async fn account_id(&self, locator: &AccountLocator) -> Result<AccountId, ServiceError> {
        if let Some(id) = locator.account_id()? {
            return Ok(id);
        }
        let (connection, owner) = locator.required()?;
        let key = LookupKey { connection: connection.to_owned(), owner };
        self.live_id(key, async { Ok(self.account(locator).await?.account.id) }).await
    }

    pub(super) async fn find_account(
        &self,
        tx: &mut dyn Tx,
        locator: &AccountLocator,
    ) -> Result<AccountView, ServiceError> {
        if let Some(id) = locator.account_id()? {
            return self.view_of(tx, &id).await;
        }
        let (name, owner) = locator.required()?;
        let connection = self.find_connection(tx, name).await?;
        match tx.account_of(&connection.id, &owner).await? {
            Some(account) => Ok(AccountView { account, connection }),
            None => Err(no_account_of(&owner, name)),
        }
    }

    pub(crate) async fn find_connection(
        &self,
        tx: &mut dyn Tx,
        name: &str,
    ) -> Result<Connection, ServiceError> {
        if let Ok(parsed) = headwater_domain::name::ConnectionName::parse(name)
            && let Some(connection) = tx.connection_named(&parsed).await?
        {
            return Ok(connection);
        }
        Err(unknown_connection(tx, name).await?)
    }

    pub(crate) async fn view_of(&self, tx: &mut dyn Tx, id: &AccountId) -> Result<AccountView, ServiceError> {
        let account = tx.account(id).await?.ok_or_else(|| no_account(id.as_str()))?;
        let connection =
            tx.connection(&account.connection_id).await?.ok_or_else(|| no_account(id.as_str()))?;
        Ok(AccountView { account, connection })
    }
}

fn no_account_of(owner: &Owner, connection: &str) -> ServiceError {
    ServiceError::not_found(format!(
        "`{}` has no connected account on connection `{connection}`; get an authorization link for it first",
        owner.identifier
    ))
}
