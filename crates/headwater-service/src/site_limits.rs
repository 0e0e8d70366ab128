//! How many calls one site gets at a time, and the pauses that it asks for.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;

use crate::audit;
use crate::core::Core;
use crate::governor::{Crowded, Governor, Permit};
use crate::live::{LiveAccount, SiteKey};
use crate::retry_after::retry_after;

/// The pause after "too many requests" that names none.
const UNNAMED_PAUSE: Duration = Duration::from_secs(2);

/// The bounds of all sites. Each replica has its own. Cheap to clone; clones share them.
#[derive(Clone)]
pub(crate) struct SiteLimits {
    core: Core,
    sites: Arc<Governor<SiteKey>>,
}

impl SiteLimits {
    pub(crate) fn new(core: Core) -> Self {
        let sites = Arc::new(Governor::new(core.settings().site_concurrency));
        Self { core, sites }
    }

    /// Waits for the right to send a request to the account's site, for at most `patience`.
    ///
    /// # Errors
    /// [`Crowded`] where the site is full for as long, or has asked for a longer pause.
    pub(crate) async fn enter(&self, live: &LiveAccount, patience: Duration) -> Result<Permit, Crowded> {
        self.sites.enter(&live.site, self.core.clock(), patience).await
    }

    /// Notes in the audit log that the site has answered, and what the answer means for the next calls: a pause, or that
    /// the site may take a little more at a time.
    pub(crate) fn note_answer(&self, live: &LiveAccount, status: u16, headers: &HeaderMap, permit: &Permit) {
        audit::answered(status, headers);
        audit::touched(&live.account.id, &live.connection.id);
        let pause = match (status, retry_after(headers, self.core.now())) {
            (429, pause) => Some(pause.unwrap_or(UNNAMED_PAUSE)),
            (503, pause) => pause,
            _ => None,
        };
        if let Some(pause) = pause {
            tracing::warn!(site = %live.site.cloud_id, status, ?pause, "the provider asked for a pause");
            self.sites.hold(&live.site, pause, self.core.clock().elapsed());
        } else if status < 500 {
            permit.went_well();
        }
    }
}
