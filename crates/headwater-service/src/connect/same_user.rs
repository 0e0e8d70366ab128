//! Whether whoever consented is the provider's user that an account in use belongs to.
//!
//! Nobody but the provider can tell, and it does not always answer. A user who is not known is not the same user: as long
//! as the two cannot be compared, the account stays what it is.

use std::time::Duration;

use headwater_domain::account::{AccountStatus, ConnectedAccount};
use headwater_domain::connection::Connection;
use headwater_domain::id::AccountId;
use headwater_domain::site::Site;
use http::HeaderValue;

use super::Connect;
use super::ConnectError;
use crate::accounts::Consent;

/// The pauses before the provider is asked again who a user is.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

/// Whose account it is, as far as that could be found out.
#[derive(Default)]
pub(super) struct Present {
    user: Option<String>,
    /// The version of the account for which that holds.
    version: u64,
}

impl Connect {
    /// Finds out what a comparison needs: who has consented, and whose account it is. Called before the transaction that
    /// compares, because the provider is asked.
    pub(super) async fn learn_users(
        &self,
        id: &AccountId,
        connection: &Connection,
        consent: &mut Consent,
        authorization: &HeaderValue,
    ) -> Result<Present, ConnectError> {
        let Some(account) = self.core.store().read().await?.account(id).await? else {
            return Ok(Present::default());
        };
        if !compared(&account) {
            return Ok(Present::default());
        }
        if consent.provider_account_id.is_none() {
            consent.provider_account_id = self.insist(connection, &consent.site, authorization).await;
        }
        if let Some(user) = account.provider_account_id {
            return Ok(Present { user: Some(user), version: account.version });
        }
        self.user_of_present_grant(id).await
    }

    /// Asks with the account's present grant whose it is.
    async fn user_of_present_grant(&self, id: &AccountId) -> Result<Present, ConnectError> {
        let Ok(live) = self.grants.usable(id).await else { return Ok(Present::default()) };
        let Some(site) = &live.account.site else { return Ok(Present::default()) };
        let user = match self.sites.identity(&live.connection, site, &live.authorization).await {
            Some(user) => Some(user),
            None => self.insist(&live.connection, site, &live.authorization).await,
        };
        Ok(Present { user, version: live.account.version })
    }

    /// Asks again, after pauses.
    async fn insist(
        &self,
        connection: &Connection,
        site: &Site,
        authorization: &HeaderValue,
    ) -> Option<String> {
        for pause in PAUSES {
            self.core.clock().wait(pause).await;
            if let Some(user) = self.sites.identity(connection, site, authorization).await {
                return Some(user);
            }
        }
        None
    }
}

/// Whether a consent has to come from the account's own user: the account works, or did so until its grant was lost and
/// it is known whose it was. Nothing is known of the others, so the application's link is all that counts there.
fn compared(account: &ConnectedAccount) -> bool {
    match account.status {
        AccountStatus::Active => true,
        AccountStatus::Expired => account.provider_account_id.is_some(),
        AccountStatus::PendingAuth | AccountStatus::PendingVerification | AccountStatus::Disconnected => {
            false
        }
    }
}

/// Refuses a consent that would turn an account over to another user of the provider, or to one who is not known.
/// `account` is as it is in the transaction that stores the consent.
pub(super) fn ensure_same_user(
    account: &ConnectedAccount,
    present: &Present,
    consent: &Consent,
) -> Result<(), ConnectError> {
    if !compared(account) {
        return Ok(());
    }
    // What was asked before counts only if the account has not changed since.
    let asked = present.user.as_ref().filter(|_| present.version == account.version);
    match (account.provider_account_id.as_ref().or(asked), &consent.provider_account_id) {
        (Some(before), Some(now)) if before == now => Ok(()),
        (Some(_), Some(_)) => Err(ConnectError::OtherUser),
        (None, _) | (_, None) => Err(ConnectError::UserUnknown),
    }
}
