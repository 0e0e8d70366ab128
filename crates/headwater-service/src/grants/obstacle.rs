//! Reasons not to present a refresh token now.

use std::time::Duration;

use headwater_domain::refresh::{Change, Step};

use super::Grants;
use super::failure::transient;
use super::refresh::{Leased, Stop};

/// How long to wait before asking again whether the provider answers at all.
const PROBE_AGAIN: Duration = Duration::from_secs(20);

impl Grants {
    /// Gives the lease back where the refresh token must not be presented now.
    pub(super) async fn ensure_presentable(&self, leased: &Leased) -> Result<(), Stop> {
        let Leased { live, lease, .. } = leased;
        if let Some((pause, reason)) = self.obstacle(leased).await {
            self.give_back(&live.account.id, *lease, Change::Keep, pause).await?;
            return Err(Stop::Again(pause, transient(live, &reason)));
        }
        if live.grant.refresh_token.is_none() {
            let reason = "the provider gave no refresh token; ask for the scope offline_access";
            return Err(self.lose_grant(live, *lease, reason).await?.into());
        }
        Ok(())
    }

    /// Why the token must not be presented now, and for how long.
    async fn obstacle(&self, leased: &Leased) -> Option<(Duration, String)> {
        let connection = &leased.live.connection;
        if let Some(rest) = self.memory.pauses.rest(&connection.id, self.core.clock().elapsed()) {
            let reason = format!("the provider asked for {} seconds of patience", rest.as_secs() + 1);
            return Some((rest, reason));
        }
        match leased.state.step(leased.now) {
            Step::Present => None,
            Step::Wait(left) => {
                let seconds = left.as_secs() + 1;
                let reason = match leased.state.refused_at {
                    Some(_) => format!(
                        "the provider has refused its refresh token, and is asked once more in {seconds} seconds"
                    ),
                    None => format!("the next attempt is in {seconds} seconds"),
                };
                Some((left, reason))
            }
            // The provider may have replaced the token at the last presentation, which it remembers for some minutes
            // only. So it is presented again once the provider is seen to answer.
            Step::PresentAnew => {
                let answers = self.sites.answers(connection, &leased.live.authorization).await;
                (!answers).then(|| (PROBE_AGAIN, "the provider has been away for a long time".to_owned()))
            }
        }
    }
}
