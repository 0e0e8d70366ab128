//! Connected accounts.

use async_trait::async_trait;
use headwater_domain::account::{AccountStatus, ConnectedAccount, Owner};
use headwater_domain::id::{AccountId, ConnectionId};
use headwater_domain::name::Identifier;
use headwater_domain::page::{Listing, Page};
use headwater_domain::time::Timestamp;
use headwater_ports::store::{AccountFilter, Accounts, StoreError};
use headwater_ports::stored::to_json;

use crate::error::integer;
use crate::list::List;
use crate::record::Record;
use crate::row::Row;
use crate::statement::Statement;
use crate::transaction::StoreTx;

mod filter;

// The first thirteen parameters of these two are bound by `bind`.
const INSERT: &str = "INSERT INTO accounts (id, connection_id, identifier, organization_id, user_id, status, site, \
     provider_account_id, api_config, token_expires_at, created_at, updated_at, version, last_used_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const UPDATE: &str = "UPDATE accounts SET connection_id = $2, identifier = $3, organization_id = $4, user_id = $5, \
     status = $6, site = $7, provider_account_id = $8, api_config = $9, token_expires_at = $10, created_at = $11, \
     updated_at = $12, version = $13 WHERE id = $1 AND version + 1 = $13";
const LIST: List = List { action: "list connected accounts", table: "accounts", order: "created_at, id" };

#[async_trait]
impl Accounts for StoreTx {
    async fn insert_account(&mut self, account: &ConnectedAccount) -> Result<bool, StoreError> {
        let action = "add a connected account";
        let text = format!("{INSERT} ON CONFLICT ({}) DO NOTHING", self.dialect().owner_index());
        let statement = bind(Statement::new(text), account, action)?.bind(account.last_used_at);
        self.change(action, statement).await
    }

    async fn account(&mut self, id: &AccountId) -> Result<Option<ConnectedAccount>, StoreError> {
        let statement = Statement::new("SELECT * FROM accounts WHERE id = $1").bind(id.as_str());
        let row = self.select("read a connected account", statement).await?;
        row.as_ref().map(from_row).transpose()
    }

    async fn account_of(
        &mut self,
        connection: &ConnectionId,
        owner: &Owner,
    ) -> Result<Option<ConnectedAccount>, StoreError> {
        let statement = Statement::new(
            "SELECT * FROM accounts WHERE connection_id = $1 AND identifier = $2 \
             AND organization_id IS NOT DISTINCT FROM $3 AND user_id IS NOT DISTINCT FROM $4",
        )
        .bind(connection.as_str())
        .bind(owner.identifier.as_str())
        .bind(owner.organization_id.as_deref())
        .bind(owner.user_id.as_deref());
        let row = self.select("read a connected account", statement).await?;
        row.as_ref().map(from_row).transpose()
    }

    async fn update_account(&mut self, account: &ConnectedAccount) -> Result<bool, StoreError> {
        let action = "change a connected account";
        self.change(action, bind(Statement::new(UPDATE), account, action)?).await
    }

    async fn delete_account(&mut self, id: &AccountId) -> Result<bool, StoreError> {
        let statement = Statement::new("DELETE FROM accounts WHERE id = $1").bind(id.as_str());
        self.change("remove a connected account", statement).await
    }

    async fn list_accounts(
        &mut self,
        filter: &AccountFilter,
        page: Page,
    ) -> Result<Listing<ConnectedAccount>, StoreError> {
        let dialect = self.dialect();
        LIST.page(self, page, |statement| filter::narrow(statement, dialect, filter), from_row).await
    }

    async fn mark_accounts_used(&mut self, marks: &[(AccountId, Timestamp)]) -> Result<(), StoreError> {
        let action = "note the use of connected accounts";
        let marks: Vec<_> = marks.iter().map(|(id, used_at)| (id.as_str(), used_at.millis())).collect();
        let (marks, elements) = (to_json(&marks), self.dialect().elements("$1"));
        let ids =
            format!("SELECT id FROM accounts WHERE id IN (SELECT value ->> 0 FROM {elements}) ORDER BY id");
        // In the order of their ids, so that two that mark the same accounts cannot wait for each other.
        self.lock(action, Statement::new(ids).bind(marks.as_str())).await?;
        // All marks in one statement: the latest of each account counts, and only where it is later than the stored one.
        let update = format!(
            "UPDATE accounts SET last_used_at = mark.used_at FROM ( \
             SELECT value ->> 0 AS id, max(CAST(value ->> 1 AS BIGINT)) AS used_at FROM {elements} GROUP BY 1) AS mark \
             WHERE accounts.id = mark.id AND (accounts.last_used_at IS NULL OR accounts.last_used_at < mark.used_at)"
        );
        self.execute(action, Statement::new(update).bind(marks)).await?;
        Ok(())
    }
}

fn bind(
    statement: Statement,
    account: &ConnectedAccount,
    action: &'static str,
) -> Result<Statement, StoreError> {
    Ok(statement
        .bind(account.id.as_str())
        .bind(account.connection_id.as_str())
        .bind(account.owner.identifier.as_str())
        .bind(account.owner.organization_id.as_deref())
        .bind(account.owner.user_id.as_deref())
        .bind(account.status.as_str())
        .bind(account.site.as_ref().map(to_json))
        .bind(account.provider_account_id.as_deref())
        .bind(to_json(&account.api_config))
        .bind(account.token_expires_at)
        .bind(account.created_at)
        .bind(account.updated_at)
        .bind(integer(account.version, action)?))
}

fn from_row(row: &Row) -> Result<ConnectedAccount, StoreError> {
    let record = Record::new("connected account", row);
    let status = |text: &str| AccountStatus::parse(text).ok_or_else(|| format!("`{text}` is no status"));
    Ok(ConnectedAccount {
        id: record.parsed("id", AccountId::parse)?,
        connection_id: record.parsed("connection_id", ConnectionId::parse)?,
        owner: Owner {
            identifier: record.parsed("identifier", Identifier::parse)?,
            organization_id: record.get("organization_id")?,
            user_id: record.get("user_id")?,
        },
        status: record.parsed("status", status)?,
        site: record.optional_json("site")?,
        provider_account_id: record.get("provider_account_id")?,
        api_config: record.json("api_config")?,
        token_expires_at: record.optional_time("token_expires_at")?,
        last_used_at: record.optional_time("last_used_at")?,
        created_at: record.time("created_at")?,
        updated_at: record.time("updated_at")?,
        version: record.count("version")?,
    })
}
