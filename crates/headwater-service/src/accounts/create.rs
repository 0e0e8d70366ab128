//! Creating accounts.

use headwater_domain::account::{ConnectedAccount, Owner};
use headwater_domain::connection::Connection;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::event::EventKind;
use headwater_domain::id::AccountId;
use headwater_domain::page::Page;
use headwater_ports::store::{AccountFilter, Tx};

use super::{AccountChange, AccountLocator, AccountView, Accounts, view_of};
use crate::audit::Act;
use crate::bounds;
use crate::connections::find_connection;
use crate::error::ServiceError;

impl Accounts {
    /// Creates an account on a connection. Without tokens it waits for the end user's consent.
    ///
    /// # Errors
    /// `NotFound` without the connection, `AlreadyExists` where the owner has an account on it, `ResourceExhausted` where the
    /// connection has as many as the operator allows, `InvalidArgument` for tokens or settings beyond their bounds.
    pub async fn create(
        &self,
        locator: &AccountLocator,
        change: AccountChange,
    ) -> Result<AccountView, ServiceError> {
        let locator = locator.clone();
        self.audit
            .audited(Act::new("account.create"), self, |accounts| async move {
                accounts.add_account(&locator, change).await
            })
            .await
    }

    async fn add_account(
        &self,
        locator: &AccountLocator,
        change: AccountChange,
    ) -> Result<AccountView, ServiceError> {
        let (name, owner) = locator.required()?;
        let mut tx = self.core.store().write().await?;
        let connection = find_connection(&mut *tx, name).await?;
        self.ensure_room(&mut *tx, &connection).await?;
        let account = self.blank_account(&connection, owner);
        if !tx.insert_account(&account).await? {
            return Err(exists(&account.owner, name));
        }
        let account = self.apply_change(&mut *tx, account, change).await?;
        self.events.record(&mut *tx, &account, &connection, &[EventKind::Created], None).await?;
        self.audit.commit(tx).await?;
        Ok(AccountView { account, connection })
    }

    /// Finds the account of an owner, or creates it, waiting for consent.
    pub(crate) async fn ensure(
        &self,
        tx: &mut dyn Tx,
        locator: &AccountLocator,
    ) -> Result<AccountView, ServiceError> {
        if let Some(id) = locator.account_id()? {
            return view_of(tx, &id).await;
        }
        let (name, owner) = locator.required()?;
        let connection = find_connection(tx, name).await?;
        if let Some(account) = tx.account_of(&connection.id, &owner).await? {
            return Ok(AccountView { account, connection });
        }
        self.ensure_room(tx, &connection).await?;
        let account = self.blank_account(&connection, owner);
        tx.insert_account(&account).await?;
        self.events.record(tx, &account, &connection, &[EventKind::Created], None).await?;
        Ok(AccountView { account, connection })
    }

    /// Refuses one more account on a connection that has as many as the operator allows.
    async fn ensure_room(&self, tx: &mut dyn Tx, connection: &Connection) -> Result<(), ServiceError> {
        let filter =
            AccountFilter { connections: Some(vec![connection.id.clone()]), ..AccountFilter::default() };
        let count = tx.list_accounts(&filter, Page { offset: 0, limit: 1 }).await?.total;
        let most = self.core.settings().quotas.accounts_per_connection;
        let what = "connected accounts on this connection";
        bounds::ensure_room(count.into(), most, what, "quota.accounts_per_connection")
    }

    fn blank_account(&self, connection: &Connection, owner: Owner) -> ConnectedAccount {
        let now = self.core.now();
        ConnectedAccount::pending(
            AccountId::generate(now, self.core.distinct()),
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
    ServiceError::new(ErrorKind::AlreadyExists, ErrorCode::AlreadyExists, message)
}
