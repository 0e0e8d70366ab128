//! Whether the database is this deployment's, so that its refresh tokens may be presented.
//!
//! See [`headwater_domain::deployment`] for why. A server takes the database up when it starts, and looks again from
//! time to time; without that, as in commands beside a server, nothing is fenced, because nothing refreshes by itself.

mod standing;

use std::sync::Arc;

use headwater_domain::deployment::{Deployment as Row, Fence, Remembered, on_probation, on_this_machine};
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::time::Timestamp;
use headwater_ports::store::{Store, StoreError, Tx};

use standing::Standing;

use crate::audit::{Act, Audit};
use crate::core::Core;
use crate::error::ServiceError;

/// The database as this deployment's. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Deployment {
    core: Core,
    audit: Audit,
    standing: Arc<Standing>,
}

impl Deployment {
    pub(crate) fn new(core: Core, audit: Audit) -> Self {
        Self { core, audit, standing: Arc::default() }
    }

    /// Takes the database up for a server that begins to use it and remembers `remembered` from the last time. Returns
    /// why it must not refresh, if so; it can serve all the same. An origin that the operator named is kept when the
    /// database has none.
    ///
    /// # Errors
    /// `Internal` where the store cannot be written.
    pub async fn take_up(&self, remembered: Option<&Remembered>) -> Result<Option<Fence>, ServiceError> {
        let (origin, place) = (self.origin(), self.place().await?);
        let mut tx = self.core.store().write().await?;
        let mut stored = self.deployment_row(&mut *tx).await?;
        let any_grant = tx.any_grant().await?;
        self.claim(&mut stored, any_grant);
        let fence = if let Some(fence) = stored.contradicted(&origin) {
            Some(fence)
        } else if any_grant {
            stored.fenced(&place, remembered, self.core.now())
        } else {
            // There is nothing to lose.
            stored.fence = None;
            None
        };
        match fence {
            None => (stored.seen_at, stored.place) = (self.core.now(), place),
            // Others, which do not remember, must not refresh either.
            Some(Fence::Restored) => stored.fence = fence,
            Some(Fence::OtherOrigin | Fence::Moved | Fence::Refused) => {}
        }
        tx.update_deployment(&stored).await?;
        tx.commit().await?;
        self.standing.take_up();
        if let Some(named) = stored.origin.filter(|_| fence == Some(Fence::OtherOrigin)) {
            tracing::error!("the database belongs to the deployment at {named}; this server is at {origin}");
        }
        self.note_standing(fence, stored.adopted_at);
        Ok(fence)
    }

    /// Takes the database up for development on this machine, where nothing is at stake: whatever origin and place were
    /// noted here before, those of this process count. Fails for the database of a deployment that others reach.
    ///
    /// # Errors
    /// `FailedPrecondition` for the database of a deployment that others reach.
    pub async fn take_up_for_development(&self) -> Result<(), ServiceError> {
        let (origin, place) = (self.origin(), self.place().await?);
        let mut tx = self.core.store().write().await?;
        let stored = self.deployment_row(&mut *tx).await?;
        if let Some(other) = stored.usual_origin().filter(|it| !on_this_machine(it)) {
            let message = format!(
                "this data directory belongs to the deployment at {other}, and is not for development; choose another one with --data-dir"
            );
            return Err(ServiceError::new(
                ErrorKind::FailedPrecondition,
                ErrorCode::NotForDevelopment,
                message,
            ));
        }
        // An address for the occasion, such as that of a tunnel, must not bind the next run.
        let origin = on_this_machine(&origin).then_some(origin);
        let place = if origin.is_some() { place } else { String::new() };
        let ours = Row { origin, place, fence: None, ..stored };
        tx.update_deployment(&ours).await?;
        tx.commit().await?;
        self.standing.set_development();
        Ok(())
    }

    /// Keeps the origin that the operator named, for commands and servers that are told none. Does nothing when none was
    /// named, or when the database has one.
    ///
    /// # Errors
    /// `Internal` where the store cannot be written.
    pub async fn keep_origin(&self) -> Result<(), ServiceError> {
        if !self.core.settings().origin_named {
            return Ok(());
        }
        let mut tx = self.core.store().write().await?;
        let mut stored = self.deployment_row(&mut *tx).await?;
        let any_grant = tx.any_grant().await?;
        self.claim(&mut stored, any_grant);
        tx.update_deployment(&stored).await?;
        Ok(tx.commit().await?)
    }

    /// Writes a named origin into a row that has none, unless end users connected under another one.
    fn claim(&self, stored: &mut Row, any_grant: bool) {
        let origin = self.origin();
        let free = stored.binding_origin(any_grant).is_none_or(|bound| bound == origin);
        if self.core.settings().origin_named && free {
            stored.origin = Some(origin);
        }
    }

    /// The row of the deployment; a new one that no server has taken up where there is none.
    async fn deployment_row(&self, tx: &mut dyn Tx) -> Result<Row, ServiceError> {
        let fresh = Row {
            id: self.core.random_token(),
            origin: None,
            place: String::new(),
            seen_at: self.core.now(),
            fence: None,
            adopted_at: None,
        };
        tx.insert_deployment(&fresh).await?;
        Ok(tx.deployment().await?.unwrap_or(fresh))
    }

    /// Looks whether the database is still this deployment's, and notes that it was seen. Returns what to remember
    /// outside of it; nothing while it is fenced. Called by a job.
    ///
    /// # Errors
    /// `Internal` where the store cannot be written.
    pub async fn keep_up(&self) -> Result<Option<Remembered>, ServiceError> {
        if self.standing.development() {
            return Ok(None);
        }
        let place = self.place().await?;
        let mut tx = self.core.store().write().await?;
        let Some(stored) = tx.deployment().await? else {
            if self.standing.taken_up() {
                // It was written down when the database was taken up: this is another database than that one.
                self.note_standing(Some(Fence::Moved), None);
            }
            return Ok(None);
        };
        let fence =
            stored.contradicted(&self.origin()).or_else(|| stored.fenced(&place, None, self.core.now()));
        self.note_standing(fence, stored.adopted_at);
        if fence.is_some() {
            return Ok(None);
        }
        if stored.place != place {
            // Adopted by a command that did not know the server's origin: the first server that comes has it. Or recorded
            // before places told the birth of a file.
            tx.update_deployment(&Row { place, ..stored }).await?;
        }
        tx.see_deployment(self.core.now()).await?;
        let seen = tx.deployment().await?.map(|it| Remembered { id: it.id, seen_at: it.seen_at });
        tx.commit().await?;
        Ok(seen)
    }

    /// Why a server that starts now would not refresh. Changes nothing.
    ///
    /// # Errors
    /// `Internal` where the store cannot be read.
    pub async fn examine(&self, remembered: Option<&Remembered>) -> Result<Option<Fence>, ServiceError> {
        let place = self.place().await?;
        let mut tx = self.core.store().read().await?;
        let Some(stored) = tx.deployment().await? else { return Ok(None) };
        if let Some(fence) = stored.contradicted(&self.origin()) {
            return Ok(Some(fence));
        }
        if !tx.any_grant().await? {
            return Ok(None);
        }
        Ok(stored.fenced(&place, remembered, self.core.now()))
    }

    /// The operator says that the database is this deployment's, and no other uses what is in it. Servers refresh
    /// again within a minute, for an hour slowly: when the provider refuses most tokens, they stop.
    ///
    /// Returns the origin that the database belongs to from now on. It is the one that was named for this command, else
    /// the one that the database had: an origin that nobody named is never written down.
    ///
    /// # Errors
    /// `Internal` where the store cannot be written.
    pub async fn adopt(&self) -> Result<Option<String>, ServiceError> {
        self.audit
            .observed(Act::new("database.adopt"), async {
                let (now, here) = (self.core.now(), self.core.store().place().await?);
                let mut tx = self.core.store().write().await?;
                let stored = self.deployment_row(&mut *tx).await?;
                let named = self.core.settings().origin_named.then(|| self.origin());
                let origin = named.or_else(|| stored.usual_origin().map(str::to_owned));
                let place = origin.as_ref().map(|origin| format!("{origin} {here}")).unwrap_or_default();
                let adopted = Row {
                    id: stored.id,
                    origin: origin.clone(),
                    place,
                    seen_at: now,
                    fence: None,
                    adopted_at: Some(now),
                };
                tx.update_deployment(&adopted).await?;
                self.audit.commit(tx).await?;
                Ok(origin)
            })
            .await
    }

    /// How the operator ends a fence.
    pub fn end_of_fence(&self, fence: Fence) -> String {
        let origin = self.origin();
        match fence {
            Fence::OtherOrigin => format!(
                "This server's base_url is {origin}. If the deployment has moved there, confirm it with \
                 `headwater adopt --base-url {origin}`; if not, start the server without base_url"
            ),
            // Without the name, the command could only confirm the origin that the database knows.
            _ if self.core.settings().origin_named => {
                format!(
                    "If no other deployment uses this database, run `headwater adopt --base-url {origin}`"
                )
            }
            _ => "If no other deployment uses this database, run `headwater adopt`".to_owned(),
        }
    }

    /// Fails while no refresh token may be presented.
    pub(crate) fn may_refresh(&self) -> Result<(), ServiceError> {
        let Some(fence) = self.standing.fence() else { return Ok(()) };
        let message = format!(
            "no access token can be refreshed now: {fence}. The account is kept. Ask the operator to run `headwater doctor`, which says what to do"
        );
        Err(ServiceError::new(ErrorKind::Unavailable, ErrorCode::RefreshFenced, message))
    }

    /// Whether refreshes are to be made slowly, because the database was adopted a short while ago.
    pub(crate) fn on_probation(&self) -> bool {
        self.standing.adopted_at().is_some_and(|at| on_probation(at, self.core.now()))
    }

    /// Notes that the provider has exchanged a token.
    pub(crate) fn count_exchanged(&self) {
        self.standing.count_exchanged();
    }

    /// Notes that the provider has refused a token as dead. After an adoption, too many of them end all refreshing.
    pub(crate) async fn note_refused(&self) {
        if !self.standing.count_refused() || !self.on_probation() {
            return;
        }
        self.note_standing(Some(Fence::Refused), self.standing.adopted_at());
        if let Err(error) = self.fence_off().await {
            tracing::error!(%error, "other servers could not be told to stop refreshing");
        }
    }

    async fn fence_off(&self) -> Result<(), ServiceError> {
        let mut tx = self.core.store().write().await?;
        if let Some(stored) = tx.deployment().await? {
            tx.update_deployment(&Row { fence: Some(Fence::Refused), ..stored }).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    fn note_standing(&self, fence: Option<Fence>, adopted_at: Option<Timestamp>) {
        if !self.standing.set(fence, adopted_at) {
            return;
        }
        if let Some(fence) = fence {
            tracing::error!("no token is refreshed: {fence}. {}", self.end_of_fence(fence));
        } else {
            tracing::info!("the database is this deployment's; tokens are refreshed again");
        }
    }

    /// The public origin, and the database: what a copy for another purpose has otherwise.
    async fn place(&self) -> Result<String, ServiceError> {
        Ok(format!("{} {}", self.origin(), self.core.store().place().await?))
    }

    /// The public origin, such as `https://headwater.example`.
    fn origin(&self) -> String {
        self.core.settings().base_url.origin().ascii_serialization()
    }
}

/// Which origin a database belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownOrigin {
    /// The one to use where none is given.
    pub usual: Option<String>,
    /// The one that another would contradict.
    pub binding: Option<String>,
}

/// Reads which origin the database belongs to. Changes nothing.
///
/// # Errors
/// Where the store cannot be read.
pub async fn known_origin(store: &dyn Store) -> Result<KnownOrigin, StoreError> {
    let mut tx = store.read().await?;
    let any_grant = tx.any_grant().await?;
    let Some(stored) = tx.deployment().await? else { return Ok(KnownOrigin::default()) };
    Ok(KnownOrigin {
        usual: stored.usual_origin().map(str::to_owned),
        binding: stored.binding_origin(any_grant).map(str::to_owned),
    })
}
