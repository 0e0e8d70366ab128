//! The stage of a connect flow as JSON.
//!
//! Readers and writers of different releases meet here: a new release must read what the one before it wrote, so
//! fields are only ever added, with a default. Flows live for minutes; an older reader that meets a stage it does
//! not know refuses that flow, and the end user asks for another link.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_domain::flow::{Candidate, ChoosingSite, FailureReason, Stage, Started};
use headwater_domain::sealed::Sealed;
use headwater_domain::site::Site;
use headwater_domain::time::Timestamp;
use headwater_ports::store::StoreError;
use serde::{Deserialize, Serialize};

use crate::columns::to_json;

/// A stored stage that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StageError {
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error("is not Base64")]
    Base64(#[from] base64::DecodeError),
    #[error("has a digest of a wrong length")]
    Digest,
    #[error("has an unknown failure reason")]
    Reason,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
enum StoredStage {
    Issued,
    Started { state_digest: String, browser_digest: Option<String>, verifier: Option<String> },
    ChoosingSite { browser_digest: Option<String>, candidate: StoredCandidate, sites: Vec<Site> },
    Completed,
    Failed { reason: String },
}

#[derive(Serialize, Deserialize)]
struct StoredCandidate {
    access_token: String,
    refresh_token: Option<String>,
    scopes: Vec<String>,
    obtained_at: i64,
    expires_at: Option<i64>,
}

/// A stage as a column.
pub(crate) fn write_stage(stage: &Stage) -> Result<String, StoreError> {
    let digest = |digest: &[u8; 32]| STANDARD.encode(digest);
    let sealed = |sealed: &Sealed| STANDARD.encode(sealed.as_bytes());
    let stored = match stage {
        Stage::Issued => StoredStage::Issued,
        Stage::Started(it) => StoredStage::Started {
            state_digest: digest(&it.state_digest),
            browser_digest: it.browser_digest.as_ref().map(digest),
            verifier: it.verifier.as_ref().map(sealed),
        },
        Stage::ChoosingSite(it) => StoredStage::ChoosingSite {
            browser_digest: it.browser_digest.as_ref().map(digest),
            candidate: StoredCandidate {
                access_token: sealed(&it.candidate.access_token),
                refresh_token: it.candidate.refresh_token.as_ref().map(sealed),
                scopes: it.candidate.scopes.clone(),
                obtained_at: it.candidate.obtained_at.millis(),
                expires_at: it.candidate.expires_at.map(Timestamp::millis),
            },
            sites: it.sites.clone(),
        },
        Stage::Completed => StoredStage::Completed,
        Stage::Failed(reason) => StoredStage::Failed { reason: reason.as_str().to_owned() },
    };
    to_json("connect flow", &stored)
}

/// A stage from its column.
pub(crate) fn read_stage(text: &str) -> Result<Stage, StageError> {
    Ok(match serde_json::from_str(text)? {
        StoredStage::Issued => Stage::Issued,
        StoredStage::Started { state_digest, browser_digest, verifier } => Stage::Started(Started {
            state_digest: digest(&state_digest)?,
            browser_digest: browser_digest.as_deref().map(digest).transpose()?,
            verifier: verifier.as_deref().map(sealed).transpose()?,
        }),
        StoredStage::ChoosingSite { browser_digest, candidate, sites } => Stage::ChoosingSite(ChoosingSite {
            browser_digest: browser_digest.as_deref().map(digest).transpose()?,
            candidate: read_candidate(candidate)?,
            sites,
        }),
        StoredStage::Completed => Stage::Completed,
        StoredStage::Failed { reason } => {
            Stage::Failed(FailureReason::parse(&reason).ok_or(StageError::Reason)?)
        }
    })
}

fn read_candidate(stored: StoredCandidate) -> Result<Candidate, StageError> {
    Ok(Candidate {
        access_token: sealed(&stored.access_token)?,
        refresh_token: stored.refresh_token.as_deref().map(sealed).transpose()?,
        scopes: stored.scopes,
        obtained_at: Timestamp::from_millis(stored.obtained_at),
        expires_at: stored.expires_at.map(Timestamp::from_millis),
    })
}

fn digest(text: &str) -> Result<[u8; 32], StageError> {
    STANDARD.decode(text)?.try_into().map_err(|_| StageError::Digest)
}

fn sealed(text: &str) -> Result<Sealed, StageError> {
    Ok(Sealed::from_bytes(STANDARD.decode(text)?))
}
