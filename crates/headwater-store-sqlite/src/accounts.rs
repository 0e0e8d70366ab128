//! Connected accounts in SQLite.

use async_trait::async_trait;
use headwater_domain::account::{AccountStatus, ConnectedAccount, Owner};
use headwater_domain::id::{AccountId, ConnectionId};
use headwater_domain::name::Identifier;
use headwater_domain::page::{Listing, Page};
use headwater_domain::time::Timestamp;
use headwater_ports::store::{AccountFilter, Accounts, StoreError};
use headwater_ports::stored::to_json;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Sqlite, query};

use crate::error::{failed, integer};
use crate::record::{Record, total};
use crate::transaction::SqliteTx;

mod filter;

// The first thirteen parameters of these two are bound by `bind`.
const INSERT: &str = "INSERT INTO accounts (id, connection_id, identifier, organization_id, user_id, status, site, \
     provider_account_id, api_config, token_expires_at, created_at, updated_at, version, last_used_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) \
     ON CONFLICT (connection_id, identifier, ifnull(organization_id, ''), (organization_id IS NULL), \
     ifnull(user_id, ''), (user_id IS NULL)) DO NOTHING";
const UPDATE: &str = "UPDATE accounts SET connection_id = ?2, identifier = ?3, organization_id = ?4, user_id = ?5, \
     status = ?6, site = ?7, provider_account_id = ?8, api_config = ?9, token_expires_at = ?10, created_at = ?11, \
     updated_at = ?12, version = ?13 WHERE id = ?1 AND version + 1 = ?13";
/// All marks in one statement: the latest of each account counts, and only where it is later than what stands there.
const MARK_USED: &str = "UPDATE accounts SET last_used_at = mark.used_at FROM ( \
     SELECT value ->> 0 AS id, max(value ->> 1) AS used_at FROM json_each(?1) GROUP BY 1) AS mark \
     WHERE accounts.id = mark.id AND (accounts.last_used_at IS NULL OR accounts.last_used_at < mark.used_at)";
#[async_trait]
impl Accounts for SqliteTx {
    async fn insert_account(&mut self, account: &ConnectedAccount) -> Result<bool, StoreError> {
        let action = "add a connected account";
        let statement = bind(INSERT, account, action)?.bind(account.last_used_at.map(Timestamp::millis));
        let done = statement.execute(self.connection()).await.map_err(failed(action))?;
        Ok(done.rows_affected() == 1)
    }

    async fn account(&mut self, id: &AccountId) -> Result<Option<ConnectedAccount>, StoreError> {
        let statement = query("SELECT * FROM accounts WHERE id = ?1").bind(id.as_str());
        let row =
            statement.fetch_optional(self.connection()).await.map_err(failed("read a connected account"))?;
        row.as_ref().map(from_row).transpose()
    }

    async fn account_of(
        &mut self,
        connection: &ConnectionId,
        owner: &Owner,
    ) -> Result<Option<ConnectedAccount>, StoreError> {
        let statement = query(
            "SELECT * FROM accounts WHERE connection_id = ?1 AND identifier = ?2 \
             AND organization_id IS ?3 AND user_id IS ?4",
        )
        .bind(connection.as_str())
        .bind(owner.identifier.as_str())
        .bind(owner.organization_id.as_deref())
        .bind(owner.user_id.as_deref());
        let row =
            statement.fetch_optional(self.connection()).await.map_err(failed("read a connected account"))?;
        row.as_ref().map(from_row).transpose()
    }

    async fn update_account(&mut self, account: &ConnectedAccount) -> Result<bool, StoreError> {
        let action = "change a connected account";
        let statement = bind(UPDATE, account, action)?;
        let done = statement.execute(self.connection()).await.map_err(failed(action))?;
        Ok(done.rows_affected() == 1)
    }

    async fn delete_account(&mut self, id: &AccountId) -> Result<bool, StoreError> {
        let statement = query("DELETE FROM accounts WHERE id = ?1").bind(id.as_str());
        let done =
            statement.execute(self.connection()).await.map_err(failed("remove a connected account"))?;
        Ok(done.rows_affected() == 1)
    }

    async fn list_accounts(
        &mut self,
        filter: &AccountFilter,
        page: Page,
    ) -> Result<Listing<ConnectedAccount>, StoreError> {
        let action = "list connected accounts";
        let count: i64 = filter::count(filter)
            .build_query_scalar()
            .fetch_one(self.connection())
            .await
            .map_err(failed(action))?;
        let rows =
            filter::page(filter, page).build().fetch_all(self.connection()).await.map_err(failed(action))?;
        Ok(Listing { items: rows.iter().map(from_row).collect::<Result<_, _>>()?, total: total(count) })
    }

    async fn mark_accounts_used(&mut self, marks: &[(AccountId, Timestamp)]) -> Result<(), StoreError> {
        let marks: Vec<_> = marks.iter().map(|(id, used_at)| (id.as_str(), used_at.millis())).collect();
        let statement = query(MARK_USED).bind(to_json(&marks));
        statement.execute(self.connection()).await.map_err(failed("note the use of connected accounts"))?;
        Ok(())
    }
}

fn bind<'q>(
    statement: &'static str,
    account: &'q ConnectedAccount,
    action: &'static str,
) -> Result<Query<'q, Sqlite, SqliteArguments>, StoreError> {
    Ok(query(statement)
        .bind(account.id.as_str())
        .bind(account.connection_id.as_str())
        .bind(account.owner.identifier.as_str())
        .bind(account.owner.organization_id.as_deref())
        .bind(account.owner.user_id.as_deref())
        .bind(account.status.as_str())
        .bind(account.site.as_ref().map(to_json))
        .bind(account.provider_account_id.as_deref())
        .bind(to_json(&account.api_config))
        .bind(account.token_expires_at.map(Timestamp::millis))
        .bind(account.created_at.millis())
        .bind(account.updated_at.millis())
        .bind(integer(account.version, action)?))
}

fn from_row(row: &SqliteRow) -> Result<ConnectedAccount, StoreError> {
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
