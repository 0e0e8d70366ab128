//! Proof keys: when a challenge came with the request, its verifier must come with the code.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Returns whether a verifier answers a challenge. Without a challenge any verifier, or none, is accepted.
pub(super) fn answers(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(challenge), Some(verifier)) => {
            URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())) == challenge
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_wants_its_verifier() {
        // The pair printed in RFC 7636, appendix B.
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let cases = [
            (Some(challenge), Some(verifier), true),
            (Some(challenge), Some("another"), false),
            (Some(challenge), None, false),
            (None, Some(verifier), true),
            (None, None, true),
        ];
        for (challenge, verifier, expected) in cases {
            assert_eq!(answers(challenge, verifier), expected, "{challenge:?} {verifier:?}");
        }
    }
}
