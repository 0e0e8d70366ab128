//! How many calls of one API client, and for one connected account, are under way at a time. Who comes when the place is
//! full waits: so one agent that runs wild stands in its own way, and not in that of the others at the site.

use std::sync::Arc;

use headwater_domain::audit::Actor;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::{AccountId, ClientId};

use crate::caller::caller;
use crate::core::Core;
use crate::error::ServiceError;
use crate::governor::{Governor, Permit};

/// The bounds on calls of all accounts and clients. In memory: each replica has its own. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Admission {
    core: Core,
    accounts: Arc<Governor<AccountId>>,
    clients: Arc<Governor<ClientId>>,
}

/// The places that one call takes; given back when dropped.
pub(crate) struct Admitted {
    _account: Permit,
    _client: Option<Permit>,
}

impl Admission {
    pub(crate) fn new(core: Core) -> Self {
        let accounts = Arc::new(Governor::new(core.settings().calls_per_account));
        let clients = Arc::new(Governor::new(core.settings().calls_per_client));
        Self { core, accounts, clients }
    }

    /// Waits for a place, for half of the time that a call may take. The account's door comes first: who waits there
    /// takes no place from the client's other accounts.
    pub(crate) async fn admit(&self, account: &AccountId) -> Result<Admitted, ServiceError> {
        let patience = self.core.settings().tool_patience.response / 2;
        let full = |whose, most| move |_| too_many(whose, most);
        let account = self
            .accounts
            .enter(account, self.core.clock(), patience)
            .await
            .map_err(full("for this connected account", self.core.settings().calls_per_account))?;
        let client = match caller().actor {
            Actor::Client(id) => {
                let entered = self.clients.enter(&id, self.core.clock(), patience).await;
                Some(entered.map_err(full("of this API client", self.core.settings().calls_per_client))?)
            }
            Actor::Operator | Actor::EndUser | Actor::System => None,
        };
        Ok(Admitted { _account: account, _client: client })
    }
}

fn too_many(whose: &str, most: u32) -> ServiceError {
    let message = format!(
        "nothing was sent: {most} calls {whose} are under way already; call again later, and less often at the same time"
    );
    ServiceError::new(ErrorKind::ResourceExhausted, ErrorCode::TooManyCalls, message)
}
