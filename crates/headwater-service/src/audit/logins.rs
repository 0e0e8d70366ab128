//! Attempts of API clients to prove who they are, in sum: strangers can try as often as they like, and the log is not
//! theirs to fill. The first attempt of a kind is noted at once, those of the following minute as one entry.

use std::collections::HashMap;
use std::time::Duration;

use headwater_domain::audit::{Actor, AuditEntry};
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::{AuditId, ClientId};
use parking_lot::Mutex;

use super::Audit;

/// How long attempts are counted before their sum is noted.
const PERIOD: Duration = Duration::from_secs(60);

/// Attempts of one kind: the client, where there is one of that id, and whether its secret was right.
type Kind = (Option<ClientId>, bool);

/// Attempts that were not noted yet.
#[derive(Default)]
pub(super) struct Logins(Mutex<HashMap<Kind, Counted>>);

struct Counted {
    /// When the first one came, by the clock's running time.
    since: Duration,
    more: u64,
}

impl Logins {
    /// Counts an attempt; whether it is the first of its kind for a while.
    fn count(&self, kind: &Kind, now: Duration) -> bool {
        let mut counts = self.0.lock();
        if let Some(counted) = counts.get_mut(kind) {
            counted.more += 1;
            return false;
        }
        counts.insert(kind.clone(), Counted { since: now, more: 0 });
        true
    }

    /// What was counted for a whole period.
    fn take(&self, now: Duration) -> Vec<(Kind, u64)> {
        let mut counts = self.0.lock();
        let over = counts.extract_if(|_, counted| now.saturating_sub(counted.since) >= PERIOD);
        over.filter(|(_, counted)| counted.more > 0).map(|(kind, counted)| (kind, counted.more)).collect()
    }
}

impl Audit {
    /// Notes an attempt to authenticate. `client` is the client that there is by the id that was claimed.
    pub(crate) fn note_login(&self, client: Option<&ClientId>, right: bool) {
        let kind = (client.cloned(), right);
        if self.logins.count(&kind, self.core.clock().elapsed()) {
            self.batch.add(self.login_entry(&kind, None));
        }
    }

    /// Puts the sums of attempts among the entries that wait to be written.
    pub(super) fn sum_logins(&self) {
        for (kind, more) in self.logins.take(self.core.clock().elapsed()) {
            self.batch.add(self.login_entry(&kind, Some(more)));
        }
    }

    fn login_entry(&self, (client, right): &Kind, more: Option<u64>) -> AuditEntry {
        let now = self.core.now();
        let claimed = client.as_ref().map_or("unknown client", ClientId::as_str);
        let actor = client.clone().filter(|_| *right).map_or(Actor::System, Actor::Client);
        AuditEntry {
            id: AuditId::generate(now, self.core.distinct()),
            at: now,
            actor,
            action: "client.authenticate".to_owned(),
            account_id: None,
            connection_id: None,
            subject: Some(more.map_or_else(|| claimed.to_owned(), |more| format!("{claimed}, {more} more"))),
            outcome: if *right { super::record::OK } else { ErrorCode::InvalidClient.as_str() }.to_owned(),
            provider_status: None,
            provider_request_id: None,
            execution_id: None,
            duration_ms: 0,
        }
    }
}
