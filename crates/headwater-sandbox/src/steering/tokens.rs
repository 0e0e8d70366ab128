//! Tokens: expired and revoked.

use axum::extract::State as Extract;
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;

use super::{Problem, failed, read_or_default};
use crate::state::State;
use crate::storage::grants::Chosen;
use crate::withdrawal;

/// The tokens that are meant. A member that is not given fits everything.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whose {
    family: Option<String>,
    account: Option<String>,
    client: Option<String>,
}

pub(super) async fn expire(Extract(state): Extract<State>, body: Bytes) -> Result<StatusCode, Problem> {
    let chosen = read_or_default::<Whose>(&body)?.into();
    withdrawal::expire_access_tokens(&state, &chosen).await.map_err(failed)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn revoke(Extract(state): Extract<State>, body: Bytes) -> Result<StatusCode, Problem> {
    let chosen = read_or_default::<Whose>(&body)?.into();
    withdrawal::revoke_grants(&state, &chosen).await.map_err(failed)?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<Whose> for Chosen {
    fn from(whose: Whose) -> Self {
        Self { grant_id: whose.family, account_id: whose.account, client_id: whose.client }
    }
}
