//! Refreshes under way in PostgreSQL.

use std::time::Duration;

use async_trait::async_trait;
use headwater_domain::account::AccountStatus;
use headwater_domain::grant::SealedGrant;
use headwater_domain::id::AccountId;
use headwater_domain::refresh::{Change, RefreshState};
use headwater_domain::sealed::Sealed;
use headwater_domain::time::Timestamp;
use headwater_ports::store::{Due, LeaseId, Leasing, Refreshes, StoreError};
use headwater_ports::stored::to_json;
use sqlx::postgres::PgRow;
use sqlx::query;

use crate::error::{failed, integer};
use crate::record::Record;
use crate::transaction::PostgresTx;

/// The moment by the server's clock: replicas do not agree on the time among themselves.
macro_rules! now {
    () => {
        "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
    };
}

const LEASE: &str = concat!(
    "UPDATE grants SET lease_id = $3, lease_until = ",
    now!(),
    " + $4 \
     WHERE account_id = $1 AND generation = $2 AND (lease_id IS NULL OR lease_until <= ",
    now!(),
    ") \
     RETURNING sent_at, presentations, refused_at, next_try_at, ",
    now!(),
    " AS now",
);
const HELD: &str = concat!(
    "SELECT lease_until - ",
    now!(),
    " AS rest FROM grants \
     WHERE account_id = $1 AND generation = $2 AND lease_id IS NOT NULL",
);
const PRESENT: &str = concat!(
    "UPDATE grants SET sent_at = CASE WHEN $3 THEN ",
    now!(),
    " ELSE coalesce(sent_at, ",
    now!(),
    ") END, \
     presentations = presentations + 1 WHERE account_id = $1 AND lease_id = $2 AND lease_until > ",
    now!(),
);
/// A presentation that is taken back leaves no trace, unless there was one before it.
const END: &str = concat!(
    "UPDATE grants SET lease_id = NULL, lease_until = NULL, next_try_at = ",
    now!(),
    " + $5, \
     sent_at = CASE WHEN $3 AND presentations <= 1 THEN NULL ELSE sent_at END, \
     presentations = CASE WHEN $3 AND presentations > 0 THEN presentations - 1 ELSE presentations END, \
     refused_at = CASE WHEN $4 THEN coalesce(refused_at, ",
    now!(),
    ") ELSE refused_at END \
     WHERE account_id = $1 AND lease_id = $2",
);
const PUT: &str = "UPDATE grants SET generation = $2, access_token = $3, refresh_token = $4, scopes = $5, \
     obtained_at = $6, expires_at = $7, lease_id = NULL, lease_until = NULL, sent_at = NULL, presentations = 0, \
     refused_at = NULL, next_try_at = NULL WHERE account_id = $1 AND generation + 1 = $2 AND lease_id = $8";
/// Three kinds, each found by an index of its own.
const DUE: &str = concat!(
    "WITH due AS ( \
     SELECT account_id, 0 AS kind, next_try_at AS at FROM grants WHERE sent_at IS NOT NULL OR refused_at IS NOT NULL \
     UNION ALL SELECT id, 1, token_expires_at FROM accounts \
     WHERE token_expires_at < $1 AND coalesce(last_used_at, created_at) > $2 \
     UNION ALL SELECT account_id, 2, obtained_at FROM grants WHERE obtained_at < $3) \
     SELECT grants.account_id AS account_id, grants.generation AS generation FROM due \
     JOIN grants ON grants.account_id = due.account_id JOIN accounts ON accounts.id = due.account_id \
     WHERE accounts.status = $4 AND grants.refresh_token IS NOT NULL \
     AND (grants.lease_id IS NULL OR grants.lease_until <= ",
    now!(),
    ") \
     AND (grants.next_try_at IS NULL OR grants.next_try_at <= ",
    now!(),
    ") \
     GROUP BY grants.account_id, grants.generation ORDER BY min(due.kind), min(due.at), grants.account_id LIMIT $5",
);

#[async_trait]
impl Refreshes for PostgresTx {
    async fn lease_refresh(
        &mut self,
        account: &AccountId,
        generation: u64,
        lease: LeaseId,
        duration: Duration,
        _: Timestamp,
    ) -> Result<Leasing, StoreError> {
        let action = "lease a refresh";
        let generation = integer(generation, action)?;
        let statement =
            query(LEASE).bind(account.as_str()).bind(generation).bind(lease.0).bind(millis(duration));
        if let Some(row) = statement.fetch_optional(self.connection()).await.map_err(failed(action))? {
            return granted(&row);
        }
        let statement = query(HELD).bind(account.as_str()).bind(generation);
        let row = statement.fetch_optional(self.connection()).await.map_err(failed(action))?;
        row.as_ref().map_or(Ok(Leasing::Gone), held)
    }

    async fn note_presentation(
        &mut self,
        account: &AccountId,
        lease: LeaseId,
        anew: bool,
        _: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = query(PRESENT).bind(account.as_str()).bind(lease.0).bind(anew);
        let done = statement.execute(self.connection()).await.map_err(failed("note a presentation"))?;
        Ok(done.rows_affected() == 1)
    }

    async fn end_lease(
        &mut self,
        account: &AccountId,
        lease: LeaseId,
        change: Change,
        pause: Duration,
        _: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = query(END)
            .bind(account.as_str())
            .bind(lease.0)
            .bind(change == Change::TakeBack)
            .bind(change == Change::Refused)
            .bind(millis(pause))
            .execute(self.connection())
            .await
            .map_err(failed("end the lease of a refresh"))?;
        Ok(done.rows_affected() == 1)
    }

    async fn put_refreshed_grant(&mut self, grant: &SealedGrant, lease: LeaseId) -> Result<bool, StoreError> {
        let action = "store a refreshed grant";
        let done = query(PUT)
            .bind(grant.account_id.as_str())
            .bind(integer(grant.generation, action)?)
            .bind(grant.access_token.as_bytes())
            .bind(grant.refresh_token.as_ref().map(Sealed::as_bytes))
            .bind(to_json(&grant.scopes))
            .bind(grant.obtained_at.millis())
            .bind(grant.expires_at.map(Timestamp::millis))
            .bind(lease.0)
            .execute(self.connection())
            .await
            .map_err(failed(action))?;
        Ok(done.rows_affected() == 1)
    }

    async fn release_leases(&mut self) -> Result<u64, StoreError> {
        let statement =
            query("UPDATE grants SET lease_id = NULL, lease_until = NULL WHERE lease_id IS NOT NULL");
        let done = statement.execute(self.connection()).await.map_err(failed("release leases"))?;
        Ok(done.rows_affected())
    }

    async fn refreshes_due(&mut self, due: &Due, _: Timestamp) -> Result<Vec<(AccountId, u64)>, StoreError> {
        let rows = query(DUE)
            .bind(due.lapsing_before.millis())
            .bind(due.used_after.millis())
            .bind(due.idle_since.millis())
            .bind(AccountStatus::Active.as_str())
            .bind(i64::from(due.limit))
            .fetch_all(self.connection())
            .await
            .map_err(failed("find the refreshes that are due"))?;
        let read = |row| {
            let record = Record::new("grant", row);
            Ok((record.parsed("account_id", AccountId::parse)?, record.count("generation")?))
        };
        rows.iter().map(read).collect()
    }
}

fn granted(row: &PgRow) -> Result<Leasing, StoreError> {
    let record = Record::new("grant", row);
    let state = RefreshState {
        sent_at: record.optional_time("sent_at")?,
        presentations: u32::try_from(record.count("presentations")?).unwrap_or(u32::MAX),
        refused_at: record.optional_time("refused_at")?,
        next_try_at: record.optional_time("next_try_at")?,
    };
    Ok(Leasing::Granted { state, now: record.time("now")? })
}

fn held(row: &PgRow) -> Result<Leasing, StoreError> {
    let rest: i64 = Record::new("grant", row).get("rest")?;
    Ok(Leasing::Held(Duration::from_millis(u64::try_from(rest).unwrap_or(0))))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
