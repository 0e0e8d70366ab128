//! One user of the provider behind several accounts.
//!
//! Their grants share their fate: a provider that revokes one user's grant to the app, or that keeps only so many
//! refresh tokens per user, takes all of them. That is allowed, and worth knowing before it surprises.

use headwater_domain::account::ConnectedAccount;
use headwater_domain::page::Page;
use headwater_ports::store::{AccountFilter, Tx};

use super::Accounts;
use super::Consent;
use crate::error::ServiceError;

/// How many accounts are looked at and named.
const MOST: u32 = 20;

impl Accounts {
    /// Tells the operator when the user who consented is connected under other identifiers already.
    pub(super) async fn report_shared_user(
        &self,
        tx: &mut dyn Tx,
        account: &ConnectedAccount,
        consent: &Consent,
    ) -> Result<(), ServiceError> {
        let others = self.accounts_sharing_user(tx, account, consent.provider_account_id.clone()).await?;
        if !others.is_empty() {
            let others: Vec<&str> = others.iter().map(|it| it.id.as_str()).collect();
            tracing::warn!(
                account = %account.id,
                ?others,
                "one user of the provider is connected under several identifiers; their grants share their fate",
            );
        }
        Ok(())
    }

    /// Other active accounts of one user of the provider. Empty where the user is not known.
    async fn accounts_sharing_user(
        &self,
        tx: &mut dyn Tx,
        account: &ConnectedAccount,
        provider_account_id: Option<String>,
    ) -> Result<Vec<ConnectedAccount>, ServiceError> {
        if provider_account_id.is_none() {
            return Ok(Vec::new());
        }
        let filter = AccountFilter { provider_account_id, active_only: true, ..AccountFilter::default() };
        let mut found = tx.list_accounts(&filter, Page { offset: 0, limit: MOST }).await?.items;
        found.retain(|it| it.id != account.id);
        Ok(found)
    }
}
