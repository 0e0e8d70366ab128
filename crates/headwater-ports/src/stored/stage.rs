//! The stage of a connect flow as JSON.
//!
//! Flows live for minutes, but they outlive an update of the program. A new release reads what the old one wrote:
//! fields are only ever added, as optional ones. An old release that meets a stage or field of a newer one reports
//! the flow as unreadable, or passes over the field; the end user starts again with a new link.

use headwater_domain::flow::{Candidate, ChoosingSite, FailureReason, Stage, Started, Verifying};
use headwater_domain::sealed::Sealed;
use headwater_domain::site::Site;
use headwater_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::json::{decode, decode_digest, encode, to_json};

/// A stage as written. Digests and sealed secrets are Base64.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
enum WireStage {
    Issued,
    Started {
        state_digest: String,
        browser_digest: Option<String>,
        verifier: Option<String>,
    },
    ChoosingSite {
        browser_digest: Option<String>,
        candidate: WireCandidate,
        sites: Vec<Site>,
    },
    Verifying {
        request_digest: String,
        candidate: WireCandidate,
        site: Site,
        provider_account_id: Option<String>,
        attempts_left: u32,
    },
    Completed,
    Failed {
        reason: String,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct WireCandidate {
    access_token: String,
    refresh_token: Option<String>,
    scopes: Vec<String>,
    obtained_at: i64,
    expires_at: Option<i64>,
}

/// Writes a stage.
pub fn write_stage(stage: &Stage) -> String {
    to_json(&to_wire(stage))
}

/// Reads a stage that was written by [`write_stage`]; or says what is wrong with it.
pub fn read_stage(text: &str) -> Result<Stage, String> {
    from_wire(serde_json::from_str(text).map_err(|error| error.to_string())?)
}

fn to_wire(stage: &Stage) -> WireStage {
    match stage {
        Stage::Issued => WireStage::Issued,
        Stage::Started(started) => WireStage::Started {
            state_digest: encode(&started.state_digest),
            browser_digest: started.browser_digest.map(|digest| encode(&digest)),
            verifier: started.verifier.as_ref().map(encode_sealed),
        },
        Stage::ChoosingSite(choosing) => WireStage::ChoosingSite {
            browser_digest: choosing.browser_digest.map(|digest| encode(&digest)),
            candidate: candidate_to_wire(&choosing.candidate),
            sites: choosing.sites.clone(),
        },
        Stage::Verifying(verifying) => WireStage::Verifying {
            request_digest: encode(&verifying.request_digest),
            candidate: candidate_to_wire(&verifying.candidate),
            site: verifying.site.clone(),
            provider_account_id: verifying.provider_account_id.clone(),
            attempts_left: verifying.attempts_left,
        },
        Stage::Completed => WireStage::Completed,
        Stage::Failed(reason) => WireStage::Failed { reason: reason.as_str().to_owned() },
    }
}

fn from_wire(stage: WireStage) -> Result<Stage, String> {
    Ok(match stage {
        WireStage::Issued => Stage::Issued,
        WireStage::Started { state_digest, browser_digest, verifier } => Stage::Started(Started {
            state_digest: decode_digest(&state_digest)?,
            browser_digest: browser_digest.as_deref().map(decode_digest).transpose()?,
            verifier: verifier.as_deref().map(decode_sealed).transpose()?,
        }),
        WireStage::ChoosingSite { browser_digest, candidate, sites } => Stage::ChoosingSite(ChoosingSite {
            browser_digest: browser_digest.as_deref().map(decode_digest).transpose()?,
            candidate: candidate_from_wire(candidate)?,
            sites,
        }),
        WireStage::Verifying { request_digest, candidate, site, provider_account_id, attempts_left } => {
            Stage::Verifying(Verifying {
                request_digest: decode_digest(&request_digest)?,
                candidate: candidate_from_wire(candidate)?,
                site,
                provider_account_id,
                attempts_left,
            })
        }
        WireStage::Completed => Stage::Completed,
        WireStage::Failed { reason } => {
            let known = FailureReason::parse(&reason);
            Stage::Failed(known.ok_or_else(|| format!("`{reason}` is no reason for a failure"))?)
        }
    })
}

fn candidate_to_wire(candidate: &Candidate) -> WireCandidate {
    WireCandidate {
        access_token: encode_sealed(&candidate.access_token),
        refresh_token: candidate.refresh_token.as_ref().map(encode_sealed),
        scopes: candidate.scopes.clone(),
        obtained_at: candidate.obtained_at.millis(),
        expires_at: candidate.expires_at.map(Timestamp::millis),
    }
}

fn candidate_from_wire(candidate: WireCandidate) -> Result<Candidate, String> {
    Ok(Candidate {
        access_token: decode_sealed(&candidate.access_token)?,
        refresh_token: candidate.refresh_token.as_deref().map(decode_sealed).transpose()?,
        scopes: candidate.scopes,
        obtained_at: Timestamp::from_millis(candidate.obtained_at),
        expires_at: candidate.expires_at.map(Timestamp::from_millis),
    })
}

fn encode_sealed(sealed: &Sealed) -> String {
    encode(sealed.as_bytes())
}

fn decode_sealed(text: &str) -> Result<Sealed, String> {
    decode(text).map(Sealed::from_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the first release wrote must be readable for ever, and is written the same.
    #[test]
    fn old_stages_stay_readable() {
        let digest = encode(&[7; 32]);
        let table = [
            r#"{"stage":"issued"}"#.to_owned(),
            format!(r#"{{"stage":"started","state_digest":"{digest}","browser_digest":"{digest}","verifier":"AQID"}}"#),
            format!(r#"{{"stage":"started","state_digest":"{digest}","browser_digest":null,"verifier":null}}"#),
            r#"{"stage":"choosing_site","browser_digest":null,"candidate":{"access_token":"AQ","refresh_token":"Ag","scopes":["a"],"obtained_at":1,"expires_at":2},"sites":[{"cloud_id":"c","url":"https://x.example","name":"x","scopes":[]}]}"#.to_owned(),
            format!(r#"{{"stage":"verifying","request_digest":"{digest}","candidate":{{"access_token":"AQ","refresh_token":null,"scopes":[],"obtained_at":1,"expires_at":null}},"site":{{"cloud_id":"c","url":"https://x.example","name":"x","scopes":[]}},"provider_account_id":"p","attempts_left":5}}"#),
            r#"{"stage":"completed"}"#.to_owned(),
            r#"{"stage":"failed","reason":"declined"}"#.to_owned(),
        ];
        for text in table {
            assert_eq!(write_stage(&read_stage(&text).unwrap()), text);
        }
    }

    #[test]
    fn what_makes_no_sense_is_explained() {
        let table = [
            ("", "EOF"),
            (r#"{"stage":"flying"}"#, "flying"),
            (r#"{"stage":"failed","reason":"bored"}"#, "bored"),
            (r#"{"stage":"started","state_digest":"AQ"}"#, "1 bytes"),
            (r#"{"stage":"started","state_digest":"?"}"#, "Base64"),
        ];
        for (text, part) in table {
            let reason = read_stage(text).unwrap_err();
            assert!(reason.contains(part), "{text}: {reason}");
        }
    }
}
