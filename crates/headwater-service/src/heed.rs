//! Heeding what a provider's answer says about the pace of calls.

use std::time::Duration;

use http::HeaderMap;

use crate::Service;
use crate::audit;
use crate::governor::Permit;
use crate::live::LiveAccount;
use crate::retry_after::retry_after;

/// The pause after "too many requests" that names none.
const UNNAMED_PAUSE: Duration = Duration::from_secs(2);

impl Service {
    /// Tells the governor of the account's site what an answer means for the next calls.
    pub(crate) fn heed(&self, live: &LiveAccount, status: u16, headers: &HeaderMap, permit: Option<&Permit>) {
        audit::answered(status, headers);
        audit::touched(&live.account.id, &live.connection.id);
        let pause = match (status, retry_after(headers, self.now())) {
            (429, pause) => Some(pause.unwrap_or(UNNAMED_PAUSE)),
            (503, pause) => pause,
            _ => None,
        };
        match (pause, live.site_key(), permit) {
            (Some(pause), Some(site), _) => {
                tracing::warn!(site = %site.cloud_id, status, ?pause, "the provider asked for a pause");
                self.governor().hold(&site, pause, self.clock().elapsed());
            }
            (None, _, Some(permit)) if status < 500 => permit.went_well(),
            _ => {}
        }
    }
}
