//! Access tokens in the vendor's form: signed claims, which make them long. Nobody can check the signature, and nobody
//! should read the claims: callers are told to treat tokens as opaque, and this shows whether they do.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::random::{self, Random};

/// The issuer of tokens at the vendor.
const ISSUER: &str = "https://auth.atlassian.com";

/// The length of an RSA signature, in digests.
const DIGESTS: u8 = 8;

/// The claims of a token.
pub(super) struct Claims<'a> {
    pub(super) account_id: &'a str,
    pub(super) client_id: &'a str,
    pub(super) scope: &'a str,
    /// Milliseconds since 1970.
    pub(super) issued_at: i64,
    pub(super) expires_at: i64,
}

/// Makes a new token with these claims.
pub(super) fn issue(random: &dyn Random, claims: &Claims<'_>) -> String {
    let seed = random::token(random);
    let header = json!({ "alg": "RS256", "kid": "auth.atlassian.com-ACCESS", "typ": "JWT" });
    let body = json!({
        "aud": claims.client_id,
        "client_id": claims.client_id,
        "exp": claims.expires_at / 1000,
        "iat": claims.issued_at / 1000,
        "iss": ISSUER,
        "jti": random::uuid_of(&format!("id of {seed}")),
        "nbf": claims.issued_at / 1000,
        "scope": claims.scope,
        "sub": claims.account_id,
        "https://atlassian.com/3lo": true,
        "https://id.atlassian.com/atlassian_token_type": "ACCESS_TOKEN",
    });
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(header), part(body), signature(&seed))
}

/// Returns what takes the place of a signature: as long as one, and made from a seed that nobody can guess.
fn signature(seed: &str) -> String {
    let digests =
        (0..DIGESTS).map(|number| digest::digest(&digest::SHA256, format!("{number} {seed}").as_bytes()));
    URL_SAFE_NO_PAD.encode(digests.flat_map(|digest| digest.as_ref().to_vec()).collect::<Vec<u8>>())
}
