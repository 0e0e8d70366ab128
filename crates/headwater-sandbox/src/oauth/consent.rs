//! What follows from a consent: a grant, and a code that stands for it.

use super::CODE_MILLISECONDS;
use crate::control::ConsentSites;
use crate::random;
use crate::rest::Refusal;
use crate::state::State;
use crate::storage::consents::Consent;
use crate::storage::grants::{self, Grant};
use crate::storage::tokens::{self, Code};
use crate::storage::{sites, users};

/// Who allowed, and on which sites.
pub(super) struct Decision {
    pub(super) account_id: String,
    pub(super) cloud_ids: Vec<String>,
}

/// The decision of the first user; none when there are no users.
pub(super) async fn first_user(state: &State, wanted: ConsentSites) -> Result<Option<Decision>, Refusal> {
    let mut tx = state.storage.begin().await?;
    let Some(user) = users::all(&mut tx).await?.into_iter().next() else { return Ok(None) };
    let most = match wanted {
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
        expires_at: now + CODE_MILLISECONDS,
    };
    let mut tx = state.storage.begin().await?;
    grants::insert(&mut tx, &grant, &decision.cloud_ids).await?;
    tokens::insert_code(&mut tx, &code).await?;
    tx.commit().await?;
    Ok(code.code)
}
