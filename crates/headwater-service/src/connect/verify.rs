//! The application confirms its end user.
//!
//! Whoever consented carried an `auth_request_id` to the application. The application knows from its own session who
//! that is, and says so here, server to server. Only if that is the user the link was made for do the tokens become
//! the account's.

use headwater_domain::account::AccountEvent;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::event::EventKind;
use headwater_domain::flow::{ConnectFlow, FailureReason, Stage, Verifying};
use headwater_ports::store::Tx;
use url::Url;

use super::Connect;
use super::flow::{moved, store_move};
use super::{CallbackOutcome, ConnectError};
use crate::accounts::{Consent, view_of};
use crate::audit::{self, Act};
use crate::error::ServiceError;
use crate::grants::NewTokens;

/// How many wrong identifiers are borne. A person cannot mistype them; only a program that guesses needs many.
const ATTEMPTS: u32 = 5;

/// An end user whom the application has confirmed.
#[derive(Clone, Debug)]
pub struct VerifiedUser {
    /// Where the application may send the browser now.
    pub redirect_url: String,
}

impl Connect {
    /// Lets the tokens wait and tells where the browser goes. The account's present grant, if any, stays in use.
    pub(super) async fn await_verification(
        &self,
        mut flow: ConnectFlow,
        tokens: NewTokens,
        consent: Consent,
        verify_url: &str,
    ) -> Result<CallbackOutcome, ConnectError> {
        let request_id = self.core.random_token();
        let target = with_request(verify_url, &request_id, flow.caller_state.as_deref())?;
        let stage = Stage::Verifying(Verifying {
            request_digest: self.core.sealer().sha256(request_id.as_bytes()),
            candidate: self.seal_candidate(&flow.id, &tokens)?,
            site: consent.site,
            provider_account_id: consent.provider_account_id,
            attempts_left: ATTEMPTS,
        });
        flow.expires_at = self.core.now().plus(self.core.settings().consent_lifetime);
        let flow = moved(flow, stage);
        let mut tx = self.core.store().write().await?;
        store_move(&mut *tx, &flow).await?;
        let view = view_of(&mut *tx, &flow.account_id).await?;
        self.events
            .record(&mut *tx, &view.account, &view.connection, &[EventKind::TokensFetched], None)
            .await?;
        self.note_account_event(&mut *tx, &flow, AccountEvent::AwaitsVerification).await?;
        self.audit.commit(tx).await?;
        Ok(CallbackOutcome::Verify(target.into()))
    }

    /// Takes the application's word that the end user who came with `auth_request_id` is `identifier`. The account
    /// becomes usable if the link was made for that identifier.
    ///
    /// # Errors
    /// `NotFound` where nothing waits for this request: it is unknown, was used, has lapsed, or was guessed at too
    /// often. `PermissionDenied` for another identifier than the link's.
    pub async fn verify_user(
        &self,
        auth_request_id: &str,
        identifier: &str,
    ) -> Result<VerifiedUser, ServiceError> {
        let (request, identifier) = (auth_request_id.to_owned(), identifier.to_owned());
        self.audit
            .audited(Act::new("account.verify"), self, |connect| async move {
                connect.take_word(&request, &identifier).await
            })
            .await
    }

    async fn take_word(&self, auth_request_id: &str, identifier: &str) -> Result<VerifiedUser, ServiceError> {
        check_form(auth_request_id)?;
        let digest = self.core.sealer().sha256(auth_request_id.as_bytes());
        let mut tx = self.core.store().write().await?;
        let flow = tx.flow_by_request(&digest).await?.ok_or_else(unknown_request)?;
        let Stage::Verifying(verifying) = flow.stage.clone() else { return Err(unknown_request()) };
        if self.core.now() >= flow.expires_at {
            return Err(unknown_request());
        }
        let view = view_of(&mut *tx, &flow.account_id).await?;
        audit::touched(&view.account.id, &view.connection.id);
        if view.account.owner.identifier.as_str() != identifier {
            self.count_wrong_identifier(&mut *tx, flow, verifying).await?;
            tx.commit().await?;
            return Err(wrong_identifier());
        }
        let tokens = self.open_candidate(&flow.id, verifying.candidate)?;
        let consent = Consent { site: verifying.site, provider_account_id: verifying.provider_account_id };
        if !tx.update_flow(&moved(flow, Stage::Completed)).await? {
            return Err(unknown_request());
        }
        let status = view.account.status;
        let account = self.accounts.authorize(&mut *tx, view.account, tokens, Some(consent)).await?;
        let kinds = [EventKind::OauthSucceeded];
        self.events.record(&mut *tx, &account, &view.connection, &kinds, Some(status)).await?;
        self.audit.commit(tx).await?;
        self.live.forget(&account.id).await;
        tracing::info!(account = %account.id, connection = %view.connection.name, "connected account verified");
        Ok(VerifiedUser { redirect_url: self.core.settings().url("/connect/success") })
    }

    async fn count_wrong_identifier(
        &self,
        tx: &mut dyn Tx,
        flow: ConnectFlow,
        mut verifying: Verifying,
    ) -> Result<(), ServiceError> {
        tracing::warn!(account = %flow.account_id, "an application named another end user than the link was made for");
        verifying.attempts_left = verifying.attempts_left.saturating_sub(1);
        let flow = if verifying.attempts_left == 0 {
            self.note_account_event(tx, &flow, AccountEvent::NotVerified).await?;
            moved(flow, Stage::Failed(FailureReason::NotVerified))
        } else {
            moved(flow, Stage::Verifying(verifying))
        };
        // An attempt that could not be counted is told nothing: many at once would count as one.
        if tx.update_flow(&flow).await? { Ok(()) } else { Err(unknown_request()) }
    }

    /// Changes the status of a flow's account, where that makes a difference.
    pub(super) async fn note_account_event(
        &self,
        tx: &mut dyn Tx,
        flow: &ConnectFlow,
        event: AccountEvent,
    ) -> Result<(), ServiceError> {
        let Some(account) = tx.account(&flow.account_id).await? else { return Ok(()) };
        let status = account.status;
        let Ok(mut account) = account.after(event, self.core.now()) else { return Ok(()) };
        if account.status != status {
            account.version += 1;
            tx.update_account(&account).await?;
            if let Some(connection) = tx.connection(&account.connection_id).await? {
                self.events.record(tx, &account, &connection, &[], Some(status)).await?;
            }
        }
        Ok(())
    }
}

/// The application's URL with what it needs to go on. The query it has stays.
fn with_request(verify_url: &str, request_id: &str, state: Option<&str>) -> Result<Url, ServiceError> {
    let mut url = Url::parse(verify_url)
        .map_err(|error| ServiceError::internal("the link's user_verify_url cannot be read", error))?;
    url.query_pairs_mut().append_pair("auth_request_id", request_id);
    if let Some(state) = state {
        url.query_pairs_mut().append_pair("state", state);
    }
    Ok(url)
}

fn check_form(auth_request_id: &str) -> Result<(), ServiceError> {
    if auth_request_id.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_+/=".contains(&it)) {
        return Ok(());
    }
    let message = "is not an auth_request_id; pass on the query parameter exactly as the browser brought it";
    Err(ServiceError::invalid("auth_request_id", "base64url", message))
}

/// One answer for every reason, so that nobody learns what exists.
fn unknown_request() -> ServiceError {
    ServiceError::not_found(
        "no authorization waits for this auth_request_id: it is unknown, was used, or has lapsed; \
         make a new authorization link",
    )
}

fn wrong_identifier() -> ServiceError {
    let message = "the authorization link was made for another identifier; nothing was connected. Check that your \
                   application reads the identifier from the session of the user who came back";
    ServiceError::new(ErrorKind::PermissionDenied, ErrorCode::IdentifierMismatch, message)
}
