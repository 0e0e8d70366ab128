//! Grants.

use async_trait::async_trait;
use headwater_domain::account::AccountStatus;
use headwater_domain::grant::SealedGrant;
use headwater_domain::id::AccountId;
use headwater_domain::time::Timestamp;
use headwater_ports::store::{Grants, StoreError};
use headwater_ports::stored::to_json;

use crate::error::integer;
use crate::record::Record;
use crate::row::Row;
use crate::statement::Statement;
use crate::transaction::StoreTx;

const INSERT_FIRST: &str = "INSERT INTO grants \
     (account_id, generation, access_token, refresh_token, scopes, obtained_at, expires_at, granted_at) \
     SELECT $1, $2, $3, $4, $5, $6, $7, $6 WHERE EXISTS (SELECT 1 FROM accounts WHERE id = $1) \
     ON CONFLICT (account_id) DO NOTHING";
/// What was under way with the previous grant is over.
const REPLACE_PREVIOUS: &str = "UPDATE grants SET generation = $2, access_token = $3, refresh_token = $4, \
     scopes = $5, obtained_at = $6, expires_at = $7, granted_at = $6, told_days = NULL, \
     lease_id = NULL, lease_until = NULL, sent_at = NULL, presentations = 0, refused_at = NULL, next_try_at = NULL \
     WHERE account_id = $1 AND generation + 1 = $2";
const TO_TELL_OF: &str = "SELECT grants.account_id AS account_id, granted_at FROM grants \
     JOIN accounts ON accounts.id = grants.account_id WHERE granted_at <= $1 \
     AND (told_days IS NULL OR told_days > $2) AND accounts.status = $4 \
     ORDER BY granted_at, grants.account_id LIMIT $3";
const NOTE_TOLD: &str = "UPDATE grants SET told_days = $3 \
     WHERE account_id = $1 AND granted_at = $2 AND (told_days IS NULL OR told_days > $3)";

#[async_trait]
impl Grants for StoreTx {
    async fn grant(&mut self, account: &AccountId) -> Result<Option<SealedGrant>, StoreError> {
        let statement = Statement::new("SELECT * FROM grants WHERE account_id = $1").bind(account.as_str());
        let row = self.select("read a grant", statement).await?;
        row.as_ref().map(from_row).transpose()
    }

    async fn put_grant(&mut self, grant: &SealedGrant) -> Result<bool, StoreError> {
        let action = "store a grant";
        let text = if grant.generation == 1 { INSERT_FIRST } else { REPLACE_PREVIOUS };
        self.change(action, bind(text, grant, action)?).await
    }

    async fn grants_to_tell_of(
        &mut self,
        granted_before: Timestamp,
        days: u32,
        limit: u32,
    ) -> Result<Vec<(AccountId, Timestamp)>, StoreError> {
        let statement = Statement::new(TO_TELL_OF)
            .bind(granted_before)
            .bind(days)
            .bind(limit)
            .bind(AccountStatus::Active.as_str());
        let rows = self.fetch_all("find the grants that end soon", statement).await?;
        let read = |row| {
            let record = Record::new("grant", row);
            Ok((record.parsed("account_id", AccountId::parse)?, record.time("granted_at")?))
        };
        rows.iter().map(read).collect()
    }

    async fn note_told(
        &mut self,
        account: &AccountId,
        granted_at: Timestamp,
        days: u32,
    ) -> Result<bool, StoreError> {
        let statement = Statement::new(NOTE_TOLD).bind(account.as_str()).bind(granted_at).bind(days);
        self.change("note that a grant ends soon", statement).await
    }

    async fn delete_grant(&mut self, account: &AccountId) -> Result<bool, StoreError> {
        let statement = Statement::new("DELETE FROM grants WHERE account_id = $1").bind(account.as_str());
        self.change("remove a grant", statement).await
    }
}

/// Binds the seven parameters that every statement which stores a grant begins with.
pub(crate) fn bind(
    text: &'static str,
    grant: &SealedGrant,
    action: &'static str,
) -> Result<Statement, StoreError> {
    Ok(Statement::new(text)
        .bind(grant.account_id.as_str())
        .bind(integer(grant.generation, action)?)
        .bind(&grant.access_token)
        .bind(grant.refresh_token.as_ref())
        .bind(to_json(&grant.scopes))
        .bind(grant.obtained_at)
        .bind(grant.expires_at))
}

fn from_row(row: &Row) -> Result<SealedGrant, StoreError> {
    let record = Record::new("grant", row);
    Ok(SealedGrant {
        account_id: record.parsed("account_id", AccountId::parse)?,
        generation: record.count("generation")?,
        access_token: record.sealed("access_token")?,
        refresh_token: record.optional_sealed("refresh_token")?,
        scopes: record.json("scopes")?,
        obtained_at: record.time("obtained_at")?,
        expires_at: record.optional_time("expires_at")?,
    })
}
