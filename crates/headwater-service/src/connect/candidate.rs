//! Tokens that wait in a connect flow, sealed.

use headwater_domain::flow::Candidate;
use headwater_domain::id::FlowId;
use headwater_ports::sealer::SealContext;

use super::Connect;
use crate::error::ServiceError;
use crate::grants::NewTokens;

impl Connect {
    /// Seals tokens that wait in a connect flow.
    pub(super) fn seal_candidate(
        &self,
        flow: &FlowId,
        tokens: &NewTokens,
    ) -> Result<Candidate, ServiceError> {
        let seal = |field, secret| self.core.sealer().seal(flow_context(flow, field), secret);
        Ok(Candidate {
            access_token: seal("access_token", &tokens.access_token)?,
            refresh_token: tokens
                .refresh_token
                .as_ref()
                .map(|token| seal("refresh_token", token))
                .transpose()?,
            scopes: tokens.scopes.clone(),
            obtained_at: tokens.obtained_at,
            expires_at: tokens.expires_at,
        })
    }

    /// Opens tokens that waited in a connect flow.
    pub(super) fn open_candidate(
        &self,
        flow: &FlowId,
        candidate: Candidate,
    ) -> Result<NewTokens, ServiceError> {
        let open = |field, sealed| self.core.sealer().open(flow_context(flow, field), sealed);
        Ok(NewTokens {
            access_token: open("access_token", &candidate.access_token)?,
            refresh_token: candidate
                .refresh_token
                .as_ref()
                .map(|it| open("refresh_token", it))
                .transpose()?,
            scopes: candidate.scopes,
            obtained_at: candidate.obtained_at,
            expires_at: candidate.expires_at,
        })
    }
}

/// Where a secret of a connect flow belongs.
pub(super) fn flow_context<'a>(flow: &'a FlowId, field: &'static str) -> SealContext<'a> {
    SealContext { record: "flow", id: flow.as_str(), field, generation: 0 }
}
