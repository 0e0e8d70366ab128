//! Consents: the decision of a user becomes a grant and a code that stands for it.

use crate::control::{ConsentChoice, Event};
use crate::random;
use crate::request::Refusal;
use crate::rules::{ConsentSites, milliseconds};
use crate::state::State;
use crate::storage::consents::Consent;
use crate::storage::grants::{self, Grant};
use crate::storage::tokens::{self, Code};
use crate::storage::{sites, users};

/// The decision to allow: the user, and the sites that the user chose.
pub(super) struct Decision {
    pub(super) account_id: String,
    pub(super) cloud_ids: Vec<String>,
}

/// Decides for the user that was chosen, else for the first; none when there is no such user.
pub(super) async fn without_asking(
    state: &State,
    choice: &ConsentChoice,
) -> Result<Option<Decision>, Refusal> {
    let mut tx = state.storage.begin().await?;
    let user = match &choice.account_id {
        Some(account_id) => users::find(&mut tx, account_id).await?,
        None => users::all(&mut tx).await?.into_iter().next(),
    };
    let Some(user) = user else { return Ok(None) };
    let most = match choice.sites {
        ConsentSites::One => 1,
        ConsentSites::All => usize::MAX,
    };
    let cloud_ids = sites::all(&mut tx).await?.into_iter().map(|site| site.cloud_id).take(most).collect();
    Ok(Some(Decision { account_id: user.account_id, cloud_ids }))
}

/// Records the grant and returns its code.
pub(super) async fn grant(state: &State, consent: &Consent, decision: &Decision) -> Result<String, Refusal> {
    let now = state.clock.now_ms();
    let grant = Grant {
        grant_id: random::uuid(&*state.random).to_string(),
        client_id: consent.client_id.clone(),
        account_id: decision.account_id.clone(),
        scope: consent.scope.clone(),
        created_at: now,
        revoked_at: None,
    };
    let code = Code {
        code: random::token(&*state.random),
        grant_id: grant.grant_id.clone(),
        redirect_uri: consent.redirect_uri.clone(),
        code_challenge: consent.code_challenge.clone(),
        expires_at: now + milliseconds(state.control.switches().tokens.code_seconds),
    };
    let mut tx = state.storage.begin().await?;
    grants::insert(&mut tx, &grant, &decision.cloud_ids).await?;
    tokens::insert_code(&mut tx, &code).await?;
    tx.commit().await?;
    let event = Event::ConsentGranted {
        family: grant.grant_id,
        account: grant.account_id,
        client: grant.client_id,
        scope: grant.scope,
        sites: decision.cloud_ids.clone(),
    };
    state.control.ledger.note(now, None, event);
    Ok(code.code)
}
