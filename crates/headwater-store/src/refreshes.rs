//! Refreshes under way.

use std::time::Duration;

use async_trait::async_trait;
use headwater_domain::account::AccountStatus;
use headwater_domain::grant::SealedGrant;
use headwater_domain::id::AccountId;
use headwater_domain::refresh::{Change, RefreshState};
use headwater_domain::time::Timestamp;
use headwater_ports::store::{Due, LeaseId, Leasing, Refreshes, StoreError};

use crate::error::integer;
use crate::grants::bind;
use crate::record::Record;
use crate::row::Row;
use crate::statement::Statement;
use crate::transaction::StoreTx;

mod statements;

const PUT: &str = "UPDATE grants SET generation = $2, access_token = $3, refresh_token = $4, scopes = $5, \
     obtained_at = $6, expires_at = $7, lease_id = NULL, lease_until = NULL, sent_at = NULL, presentations = 0, \
     refused_at = NULL, next_try_at = NULL WHERE account_id = $1 AND generation + 1 = $2 AND lease_id = $8";
const RELEASE: &str = "UPDATE grants SET lease_id = NULL, lease_until = NULL WHERE lease_id IS NOT NULL";

#[async_trait]
impl Refreshes for StoreTx {
    async fn lease_refresh(
        &mut self,
        account: &AccountId,
        generation: u64,
        lease: LeaseId,
        duration: Duration,
        now: Timestamp,
    ) -> Result<Leasing, StoreError> {
        let action = "lease a refresh";
        let dialect = self.dialect();
        let generation = integer(generation, action)?;
        let statement = Statement::new(statements::lease(dialect))
            .bind(account.as_str())
            .bind(generation)
            .bind(lease.0)
            .bind(millis(duration));
        if let Some(row) = self.fetch_optional(action, dialect.bind_now(statement, now)).await? {
            return granted(&row);
        }
        let statement = Statement::new(statements::held(dialect)).bind(account.as_str()).bind(generation);
        let row = self.fetch_optional(action, dialect.bind_now(statement, now)).await?;
        row.as_ref().map_or(Ok(Leasing::Gone), held)
    }

    async fn note_presentation(
        &mut self,
        account: &AccountId,
        lease: LeaseId,
        anew: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let dialect = self.dialect();
        let statement =
            Statement::new(statements::present(dialect)).bind(account.as_str()).bind(lease.0).bind(anew);
        self.change("note a presentation", dialect.bind_now(statement, now)).await
    }

    async fn end_lease(
        &mut self,
        account: &AccountId,
        lease: LeaseId,
        change: Change,
        pause: Duration,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let dialect = self.dialect();
        let statement = Statement::new(statements::end(dialect))
            .bind(account.as_str())
            .bind(lease.0)
            .bind(change == Change::TakeBack)
            .bind(change == Change::Refused)
            .bind(millis(pause));
        self.change("end the lease of a refresh", dialect.bind_now(statement, now)).await
    }

    async fn put_refreshed_grant(&mut self, grant: &SealedGrant, lease: LeaseId) -> Result<bool, StoreError> {
        let action = "store a refreshed grant";
        self.change(action, bind(PUT, grant, action)?.bind(lease.0)).await
    }

    async fn release_leases(&mut self) -> Result<u64, StoreError> {
        self.execute("release leases", Statement::new(RELEASE)).await
    }

    async fn refreshes_due(
        &mut self,
        due: &Due,
        now: Timestamp,
    ) -> Result<Vec<(AccountId, u64)>, StoreError> {
        let dialect = self.dialect();
        let statement = Statement::new(statements::due(dialect))
            .bind(due.lapsing_before)
            .bind(due.used_after)
            .bind(due.idle_since)
            .bind(AccountStatus::Active.as_str())
            .bind(due.limit);
        let statement = dialect.bind_now(statement, now);
        let rows = self.fetch_all("find the refreshes that are due", statement).await?;
        let read = |row| {
            let record = Record::new("grant", row);
            Ok((record.parsed("account_id", AccountId::parse)?, record.count("generation")?))
        };
        rows.iter().map(read).collect()
    }
}

fn granted(row: &Row) -> Result<Leasing, StoreError> {
    let record = Record::new("grant", row);
    let state = RefreshState {
        sent_at: record.optional_time("sent_at")?,
        presentations: u32::try_from(record.count("presentations")?).unwrap_or(u32::MAX),
        refused_at: record.optional_time("refused_at")?,
        next_try_at: record.optional_time("next_try_at")?,
    };
    Ok(Leasing::Granted { state, now: record.time("now")? })
}

fn held(row: &Row) -> Result<Leasing, StoreError> {
    let rest: i64 = Record::new("grant", row).get("rest")?;
    Ok(Leasing::Held(Duration::from_millis(u64::try_from(rest).unwrap_or(0))))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
