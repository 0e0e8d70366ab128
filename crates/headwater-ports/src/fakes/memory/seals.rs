//! Sealed secrets in memory.

use async_trait::async_trait;
use headwater_domain::sealed::Sealed;

use super::{MemoryTx, State};
use crate::store::{SealedField, SealedRecord, Seals, StoreError};

#[async_trait]
impl Seals for MemoryTx {
    async fn sealed_records(
        &mut self,
        field: SealedField,
        after: &str,
        limit: u32,
    ) -> Result<Vec<SealedRecord>, StoreError> {
        let records = places(&mut self.state, field).into_iter();
        let read = |(id, generation, sealed): (String, u64, &mut Sealed)| SealedRecord {
            id,
            generation,
            sealed: sealed.clone(),
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(records.map(read).filter(|it| it.id.as_str() > after).take(limit).collect())
    }

    async fn replace_sealed(
        &mut self,
        field: SealedField,
        read: &SealedRecord,
        sealed: &Sealed,
    ) -> Result<bool, StoreError> {
        let place = places(self.change()?, field)
            .into_iter()
            .find(|(id, _, place)| *id == read.id && place.as_bytes() == read.sealed.as_bytes());
        let found = place.is_some();
        if let Some((_, _, place)) = place {
            *place = sealed.clone();
        }
        Ok(found)
    }
}

/// Every secret of a kind, in the order of the ids.
fn places(state: &mut State, field: SealedField) -> Vec<(String, u64, &mut Sealed)> {
    let grants = state.grants.values_mut().map(|row| &mut row.grant);
    let webhooks = state.webhooks.values_mut();
    match field {
        SealedField::AccessToken => {
            grants.map(|it| (it.account_id.to_string(), it.generation, &mut it.access_token)).collect()
        }
        SealedField::RefreshToken => grants
            .filter_map(|it| Some((it.account_id.to_string(), it.generation, it.refresh_token.as_mut()?)))
            .collect(),
        SealedField::ClientSecret => {
            let connections = state.connections.values_mut();
            connections.filter_map(|it| Some((it.id.to_string(), 0, it.client_secret.as_mut()?))).collect()
        }
        SealedField::WebhookSecret => {
            webhooks.map(|it| (it.id.to_string(), it.secret.generation, &mut it.secret.sealed)).collect()
        }
        SealedField::PreviousWebhookSecret => webhooks
            .filter_map(|it| {
                let (secret, _) = it.previous.as_mut()?;
                Some((it.id.to_string(), secret.generation, &mut secret.sealed))
            })
            .collect(),
        SealedField::SigningKey => {
            let keys = state.signing_keys.values_mut();
            keys.map(|it| (it.id.to_string(), 0, &mut it.private_key)).collect()
        }
    }
}
