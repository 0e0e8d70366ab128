//! Creating accounts.

use headwater_domain::account::{ConnectedAccount, Owner};
use headwater_domain::connection::Connection;
use headwater_domain::error::ErrorKind;
use headwater_domain::event::EventKind;
use headwater_domain::id::AccountId;
use headwater_ports::store::Tx;

use super::{AccountChange, AccountLocator, AccountView};
use crate::Service;
use crate::audit::Act;
use crate::error::ServiceError;

impl Service {
    /// Creates an account on a connection. Without tokens it waits for the end user's consent.
    pub async fn create_account(
        &self,
        locator: &AccountLocator,
        change: AccountChange,
    ) -> Result<AccountView, ServiceError> {
        let locator = locator.clone();
        self.audited(Act::new("account.create"), |service| async move {
            service.add_account(&locator, change).await
        })
        .await
    }

    async fn add_account(
        &self,
        locator: &AccountLocator,
        change: AccountChange,
    ) -> Result<AccountView, ServiceError> {
        let (name, owner) = locator.required()?;
        let mut tx = self.store().write().await?;
        let connection = self.find_connection(&mut *tx, name).await?;
        self.ensure_room_for_account(&mut *tx, &connection).await?;
        let account = self.blank_account(&connection, owner);
        if !tx.insert_account(&account).await? {
            return Err(exists(&account.owner, name));
        }
        let account = self.apply_change(&mut *tx, account, change).await?;
        self.record(&mut *tx, &account, &connection, &[EventKind::Created], None).await?;
        self.commit(tx).await?;
        Ok(AccountView { account, connection })
    }

    /// Finds the account of an owner, or creates it, waiting for consent.
    pub(crate) async fn ensure_account(
        &self,
        tx: &mut dyn Tx,
        locator: &AccountLocator,
    ) -> Result<AccountView, ServiceError> {
        if let Some(id) = locator.account_id()? {
            return self.view_of(tx, &id).await;
        }
        let (name, owner) = locator.required()?;
        let connection = self.find_connection(tx, name).await?;
        if let Some(account) = tx.account_of(&connection.id, &owner).await? {
            return Ok(AccountView { account, connection });
        }
        self.ensure_room_for_account(tx, &connection).await?;
        let account = self.blank_account(&connection, owner);
        tx.insert_account(&account).await?;
        self.record(tx, &account, &connection, &[EventKind::Created], None).await?;
        Ok(AccountView { account, connection })
    }

    fn blank_account(&self, connection: &Connection, owner: Owner) -> ConnectedAccount {
        let now = self.now();
        ConnectedAccount::pending(
            AccountId::generate(now, self.distinct()),
            connection.id.clone(),
            owner,
            now,
        )
    }
}

fn exists(owner: &Owner, connection: &str) -> ServiceError {
    let message = format!(
        "`{}` has a connected account on connection `{connection}` already; update it instead",
        owner.identifier
    );
    ServiceError::new(ErrorKind::AlreadyExists, "ALREADY_EXISTS", message)
}
