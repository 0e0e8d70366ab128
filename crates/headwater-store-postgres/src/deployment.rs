//! The deployment that the database belongs to, in PostgreSQL.

use async_trait::async_trait;
use headwater_domain::deployment::{Deployment, Fence};
use headwater_domain::time::Timestamp;
use headwater_ports::store::{Deployments, StoreError};
use sqlx::postgres::PgRow;
use sqlx::query;

use crate::error::failed;
use crate::record::Record;
use crate::transaction::PostgresTx;

const INSERT: &str = "INSERT INTO deployment (singleton, id, place, seen_at, fence, adopted_at, origin) \
     VALUES (1, $1, $2, $3, $4, $5, $6) ON CONFLICT (singleton) DO NOTHING";
const UPDATE: &str = "UPDATE deployment SET place = $2, seen_at = greatest(seen_at, $3), fence = $4, adopted_at = $5, \
     origin = $6 WHERE id = $1";

#[async_trait]
impl Deployments for PostgresTx {
    async fn deployment(&mut self) -> Result<Option<Deployment>, StoreError> {
        let statement = query("SELECT * FROM deployment");
        let row = statement.fetch_optional(self.connection()).await.map_err(failed("read the deployment"))?;
        row.as_ref().map(from_row).transpose()
    }

    async fn insert_deployment(&mut self, deployment: &Deployment) -> Result<bool, StoreError> {
        write(self, INSERT, deployment).await
    }

    async fn update_deployment(&mut self, deployment: &Deployment) -> Result<bool, StoreError> {
        write(self, UPDATE, deployment).await
    }

    async fn see_deployment(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let statement = query("UPDATE deployment SET seen_at = greatest(seen_at, $1)").bind(now.millis());
        statement.execute(self.connection()).await.map_err(failed("note when the database was seen"))?;
        Ok(())
    }

    async fn any_grant(&mut self) -> Result<bool, StoreError> {
        let statement = query("SELECT 1 FROM grants LIMIT 1");
        let row = statement.fetch_optional(self.connection()).await.map_err(failed("look for a grant"))?;
        Ok(row.is_some())
    }
}

async fn write(
    transaction: &mut PostgresTx,
    statement: &'static str,
    deployment: &Deployment,
) -> Result<bool, StoreError> {
    let done = query(statement)
        .bind(deployment.id.as_str())
        .bind(deployment.place.as_str())
        .bind(deployment.seen_at.millis())
        .bind(deployment.fence.map(Fence::as_str))
        .bind(deployment.adopted_at.map(Timestamp::millis))
        .bind(deployment.origin.as_deref())
        .execute(transaction.connection())
        .await
        .map_err(failed("store the deployment"))?;
    Ok(done.rows_affected() == 1)
}

fn from_row(row: &PgRow) -> Result<Deployment, StoreError> {
    let record = Record::new("deployment", row);
    let fence = record.get::<Option<&str>>("fence")?;
    let unknown = || StoreError::Corrupt { record: "deployment", reason: "column fence".to_owned() };
    Ok(Deployment {
        id: record.get("id")?,
        origin: record.get("origin")?,
        place: record.get("place")?,
        seen_at: record.time("seen_at")?,
        fence: fence.map(|text| Fence::parse(text).ok_or_else(unknown)).transpose()?,
        adopted_at: record.optional_time("adopted_at")?,
    })
}
