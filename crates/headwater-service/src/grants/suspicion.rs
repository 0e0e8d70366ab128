//! What a refusal means that can be about the access token as well as about the thing that was asked for.
//!
//! Confluence hides a token that it no longer accepts behind 404 and 403. Before a caller is told that something does
//! not exist, the token is replaced, or found to be good, or the caller is told that neither is known yet.

use std::sync::Arc;

use futures_util::future::{Either, select};
use headwater_domain::error::ErrorKind;

use super::flights::NextCheck;
use super::{CALLER_PATIENCE, Grants};
use crate::error::ServiceError;
use crate::live::LiveAccount;
use crate::sites::TokenCheck;

/// What is known about a token after a refusal that may be about it.
pub(crate) enum Suspicion {
    /// There was a newer token already. The call is to be made with it; a further refusal is judged anew.
    Moved(Arc<LiveAccount>),
    /// The token was replaced now. The call is to be made with the new one; a further refusal is not about the token.
    Renewed(Arc<LiveAccount>),
    /// The provider accepts the token: the refusal is about something else.
    Accepted,
    /// Nobody can tell yet; the sentence says why.
    InDoubt(String),
    /// The account cannot be used any more, and the error says what to do about it.
    Over(ServiceError),
}

impl Grants {
    /// Finds out what a refusal of a call that was made with `live` means, when the connector takes it for a possible
    /// sign of a stale token. Joins a replacement that is under way. Things that are missing cause one replacement per
    /// account and interval at most: after that, the provider is asked about the token.
    pub(crate) async fn examine_token(&self, live: &LiveAccount) -> Suspicion {
        match self.live_account(&live.account.id).await {
            Ok(current) if current.grant.generation > live.grant.generation => {
                return Suspicion::Moved(current);
            }
            Err(error) if !error.store_is_away() => return Suspicion::Over(error),
            _ => {}
        }
        if live.grant.refresh_token.is_none() {
            return self.examine_unrenewable(live).await;
        }
        let (id, generation) = (&live.account.id, live.grant.generation);
        match self.memory.flights.next_check(id, generation, self.core.clock().elapsed()) {
            NextCheck::Replace => self.replace_suspect(live).await,
            NextCheck::Ask => self.ask_then_replace(live).await,
        }
    }

    /// The token was replaced moments ago because of another refusal. Only the provider's word that it is dead is a
    /// reason to replace it again, and that a few times only: the new one could be as dead.
    async fn ask_then_replace(&self, live: &LiveAccount) -> Suspicion {
        match self.sites.check_token(&live.connection, &live.authorization).await {
            TokenCheck::Accepted => Suspicion::Accepted,
            TokenCheck::Unknown => {
                Suspicion::InDoubt("the provider does not say whether it accepts the token".to_owned())
            }
            TokenCheck::Refused
                if self.memory.flights.may_replace_again(&live.account.id, self.core.clock().elapsed()) =>
            {
                self.replace_suspect(live).await
            }
            TokenCheck::Refused => Suspicion::InDoubt(
                "the provider refuses tokens that it has just issued for this account".to_owned(),
            ),
        }
    }

    /// Without a refresh token nothing can be replaced. A refusal alone loses no account.
    async fn examine_unrenewable(&self, live: &LiveAccount) -> Suspicion {
        match self.sites.check_token(&live.connection, &live.authorization).await {
            TokenCheck::Accepted => Suspicion::Accepted,
            TokenCheck::Refused => Suspicion::InDoubt(
                "the provider no longer accepts the account's access token, and there is no refresh token to replace \
                 it with: the end user has to authorize the account again"
                    .to_owned(),
            ),
            TokenCheck::Unknown => Suspicion::InDoubt(
                "the provider does not say whether it accepts the token, and there is no refresh token to replace it \
                 with"
                .to_owned(),
            ),
        }
    }

    async fn replace_suspect(&self, live: &LiveAccount) -> Suspicion {
        let id = &live.account.id;
        let flight = self.start_refresh(id, live.grant.generation);
        let fresh = match select(flight, self.core.clock().wait(CALLER_PATIENCE)).await {
            Either::Left((Ok(fresh), _)) => fresh,
            Either::Left((Err(error), _)) if final_for_callers(error.kind()) => {
                return Suspicion::Over(error.repeat());
            }
            Either::Left((Err(error), _)) => return Suspicion::InDoubt(error.message().to_owned()),
            Either::Right(_) => {
                return Suspicion::InDoubt("replacing the access token is taking long".to_owned());
            }
        };
        self.memory.flights.note_replaced(id, fresh.grant.generation, self.core.clock().elapsed());
        Suspicion::Renewed(fresh)
    }
}

/// Failures that waiting does not mend: the account or its connection needs somebody to act.
fn final_for_callers(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::FailedPrecondition | ErrorKind::NotFound)
}
