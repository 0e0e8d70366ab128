//! The deployment that the database belongs to,.

use async_trait::async_trait;
use headwater_domain::deployment::{Deployment, Fence};
use headwater_domain::time::Timestamp;
use headwater_ports::store::{Deployments, StoreError};

use crate::record::Record;
use crate::row::Row;
use crate::statement::Statement;
use crate::transaction::StoreTx;

const UPDATE: &str = "UPDATE deployment SET place = $2, seen_at = CASE WHEN seen_at < $3 THEN $3 ELSE seen_at END, \
     fence = $4, adopted_at = $5, origin = $6 WHERE id = $1";

#[async_trait]
impl Deployments for StoreTx {
    async fn deployment(&mut self) -> Result<Option<Deployment>, StoreError> {
        let row =
            self.fetch_optional("read the deployment", Statement::new("SELECT * FROM deployment")).await?;
        row.as_ref().map(from_row).transpose()
    }

    async fn insert_deployment(&mut self, deployment: &Deployment) -> Result<bool, StoreError> {
        let singleton = self.dialect().singleton();
        let text = format!(
            "INSERT INTO deployment ({singleton}, id, place, seen_at, fence, adopted_at, origin) \
             VALUES (1, $1, $2, $3, $4, $5, $6) ON CONFLICT ({singleton}) DO NOTHING"
        );
        self.change("store the deployment", bind(Statement::new(text), deployment)).await
    }

    async fn update_deployment(&mut self, deployment: &Deployment) -> Result<bool, StoreError> {
        self.change("store the deployment", bind(Statement::new(UPDATE), deployment)).await
    }

    async fn see_deployment(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let statement = Statement::new("UPDATE deployment SET seen_at = $1 WHERE seen_at < $1").bind(now);
        self.execute("note when the database was seen", statement).await?;
        Ok(())
    }

    async fn any_grant(&mut self) -> Result<bool, StoreError> {
        let statement = Statement::new("SELECT 1 FROM grants LIMIT 1");
        Ok(self.fetch_optional("look for a grant", statement).await?.is_some())
    }
}

fn bind(statement: Statement, deployment: &Deployment) -> Statement {
    statement
        .bind(deployment.id.as_str())
        .bind(deployment.place.as_str())
        .bind(deployment.seen_at)
        .bind(deployment.fence.map(Fence::as_str))
        .bind(deployment.adopted_at)
        .bind(deployment.origin.as_deref())
}

fn from_row(row: &Row) -> Result<Deployment, StoreError> {
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
