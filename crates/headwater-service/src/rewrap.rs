//! Sealing stored secrets anew after the key has changed, and counting which key seals how many.

use std::collections::BTreeMap;

use headwater_domain::sealed::Sealed;
use headwater_ports::sealer::SealContext;
use headwater_ports::store::{SealedField, SealedRecord};

use crate::audit::{Act, Audit};
use crate::core::Core;
use crate::error::ServiceError;

/// How many secrets are read, and written, at once. Writers wait for each other, so a batch must be short.
const BATCH: u32 = 100;

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many secrets were looked at.
    pub seen: u64,
    /// How many of them were sealed anew.
    pub resealed: u64,
}

/// The stored secrets, as far as they are sealed. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Rewrap {
    core: Core,
    audit: Audit,
}

impl Rewrap {
    pub(crate) fn new(core: Core, audit: Audit) -> Self {
        Self { core, audit }
    }

    /// Seals anew whatever an older key sealed, a batch at a time, and tells after every batch how far it is. It can be
    /// broken off at any time and begun again, and run by several at once; what others write meanwhile stays as they
    /// wrote it. What waits in connect flows is left out: it ends within the hour.
    ///
    /// Where a secret does not open, nothing of its batch was changed.
    ///
    /// # Errors
    /// `Internal` where a secret does not open, after its record was logged, or where the store cannot be written.
    pub async fn all(&self, tell: impl FnMut(Progress) + Send) -> Result<Progress, ServiceError> {
        // Not in a task of its own: it can be broken off at any time, and `tell` belongs to the caller.
        self.audit.observed(Act::new("key.rewrap"), self.rewrap_all(tell)).await
    }

    /// The same, for a server that looks from time to time whether there is anything to do.
    ///
    /// # Errors
    /// `Internal` where a secret does not open or the store cannot be written.
    pub async fn outdated(&self) -> Result<(), ServiceError> {
        let progress = self
            .rewrap_all(|progress| {
                if progress.resealed > 0 {
                    let Progress { seen, resealed } = progress;
                    tracing::info!(seen, resealed, "sealing stored secrets anew with the present key");
                }
            })
            .await?;
        tracing::debug!(seen = progress.seen, resealed = progress.resealed, "looked for older keys");
        Ok(())
    }

    /// How many stored secrets each key seals, by the ids of the keys, those in unfinished connect flows included.
    /// Damaged ones are counted under `?`.
    ///
    /// # Errors
    /// `Internal` where the store cannot be read.
    pub async fn seals_by_key(&self) -> Result<BTreeMap<String, u64>, ServiceError> {
        let mut counts = BTreeMap::new();
        let mut tx = self.core.store().read().await?;
        let mut count = |sealed: &Sealed| {
            let key = self.core.sealer().key_of(sealed).unwrap_or("?");
            *counts.entry(key.to_owned()).or_default() += 1;
        };
        tx.key_check().await?.iter().for_each(&mut count);
        for field in SealedField::ALL {
            let mut after = String::new();
            loop {
                let batch = tx.sealed_records(field, &after, BATCH).await?;
                let Some(last) = batch.last() else { break };
                after.clone_from(&last.id);
                batch.iter().map(|it| &it.sealed).for_each(&mut count);
            }
        }
        let (now, mut after) = (self.core.now(), String::new());
        loop {
            let flows = tx.unlapsed_flows(now, &after, BATCH).await?;
            let Some(last) = flows.last() else { break };
            last.id.as_str().clone_into(&mut after);
            flows.iter().flat_map(|it| it.stage.secrets()).for_each(&mut count);
        }
        Ok(counts)
    }

    async fn rewrap_all(&self, mut tell: impl FnMut(Progress) + Send) -> Result<Progress, ServiceError> {
        let mut progress = Progress::default();
        for field in SealedField::ALL {
            let mut after = String::new();
            loop {
                let batch = self.core.store().read().await?.sealed_records(field, &after, BATCH).await?;
                let Some(last) = batch.last() else { break };
                after.clone_from(&last.id);
                progress.seen += u64::try_from(batch.len()).unwrap_or(u64::MAX);
                progress.resealed += self.rewrap_batch(field, &batch).await?;
                tell(progress);
            }
        }
        Ok(progress)
    }

    /// Seals a batch anew as far as it is needed; returns how many secrets that were.
    async fn rewrap_batch(&self, field: SealedField, batch: &[SealedRecord]) -> Result<u64, ServiceError> {
        let outdated = batch.iter().filter(|it| !self.core.sealer().is_current(&it.sealed));
        let anew = outdated.map(|it| Ok((it, self.seal_anew(field, it)?)));
        let anew = anew.collect::<Result<Vec<_>, ServiceError>>()?;
        if anew.is_empty() {
            return Ok(0);
        }
        let (mut tx, mut count) = (self.core.store().write().await?, 0);
        for (record, sealed) in &anew {
            count += u64::from(tx.replace_sealed(field, record, sealed).await?);
        }
        tx.commit().await?;
        Ok(count)
    }

    fn seal_anew(&self, field: SealedField, it: &SealedRecord) -> Result<Sealed, ServiceError> {
        let place = place(field, it);
        let secret = self.core.sealer().open(place, &it.sealed).map_err(|error| {
            tracing::error!(record = place.record, id = place.id, "a stored secret does not open");
            ServiceError::from(error)
        })?;
        Ok(self.core.sealer().seal(place, &secret)?)
    }
}

/// The place that a secret was sealed for.
fn place(field: SealedField, it: &SealedRecord) -> SealContext<'_> {
    let (record, field) = match field {
        SealedField::AccessToken => ("grant", "access_token"),
        SealedField::RefreshToken => ("grant", "refresh_token"),
        SealedField::ClientSecret => ("connection", "client_secret"),
        SealedField::WebhookSecret | SealedField::PreviousWebhookSecret => ("webhook", "secret"),
        SealedField::SigningKey => ("signing_key", "private_key"),
    };
    SealContext { record, id: &it.id, field, generation: it.generation }
}
