//! Access tokens of API clients: RS256 JWTs (RFC 7519) that only this deployment makes and accepts.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use headwater_domain::id::ClientId;
use headwater_domain::secret::Secret;
use headwater_domain::time::Timestamp;
use headwater_service::signing_keys::SigningKey;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How many verified tokens are remembered, so that a warm call does no public-key arithmetic.
const REMEMBERED_TOKENS: u64 = 10_000;
/// Longer texts are not ours.
const MAX_TOKEN_BYTES: usize = 4096;
/// How far clocks of other machines may be off, in seconds.
const LEEWAY_SECONDS: i64 = 30;

/// How long after a key was made it signs: until then every server has read it, and can verify what it signs.
const SIGNS_AFTER: Duration = Duration::from_secs(60);

/// The keys could not be made or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("the signing key could not be made")]
    Generate,
    #[error("the signing key cannot be used")]
    Unusable(#[from] jsonwebtoken::errors::Error),
}

/// Makes and checks access tokens.
pub(crate) struct Tokens {
    issuer: String,
    lifetime: Duration,
    keys: Vec<Key>,
    verified: Cache<Box<str>, Arc<Verified>>,
}

struct Key {
    id: String,
    signs_from: Timestamp,
    encoding: EncodingKey,
    decoding: DecodingKey,
    public: Value,
}

/// What a token proved.
pub(crate) struct Verified {
    pub(crate) client: ClientId,
    key: String,
    not_before: i64,
    expires: i64,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Vec<String>,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
    scopes: Vec<String>,
}

/// A new private key as PKCS#8 PEM.
pub(crate) fn generate() -> Result<Secret, KeyError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generate)?;
    let der = pair.as_der().map_err(|_| KeyError::Generate)?;
    let body = STANDARD.encode(der.as_ref());
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    for line in body.as_bytes().chunks(64) {
        pem.push_str(std::str::from_utf8(line).map_err(|_| KeyError::Generate)?);
        pem.push('\n');
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    Ok(Secret::new(pem))
}

/// A new private key for access tokens, as PKCS#8 PEM: for the command that rotates them.
pub fn new_signing_key() -> Result<Secret, Box<dyn std::error::Error + Send + Sync>> {
    Ok(generate()?)
}

impl Tokens {
    /// Takes the deployment's keys, newest first. The newest that is a minute old signs; a key that no longer signs
    /// verifies for as long as its tokens live.
    pub(crate) fn new(issuer: &str, lifetime: Duration, keys: &[SigningKey]) -> Result<Self, KeyError> {
        let keys = keys.iter().map(Key::read).collect::<Result<_, _>>()?;
        let verified = Cache::builder().max_capacity(REMEMBERED_TOKENS).time_to_live(lifetime).build();
        Ok(Self { issuer: issuer.trim_end_matches('/').to_owned(), lifetime, keys, verified })
    }

    /// How long a token lives.
    pub(crate) fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// A token for a client. `id` makes it unlike every other one.
    pub(crate) fn issue(&self, client: &ClientId, id: String, now: Timestamp) -> Result<String, KeyError> {
        let key = self.signing(now).ok_or(KeyError::Generate)?;
        let header = Header { kid: Some(key.id.clone()), ..Header::new(Algorithm::RS256) };
        let claims = Claims {
            iss: self.issuer.clone(),
            sub: client.to_string(),
            aud: vec![self.issuer.clone()],
            iat: now.seconds(),
            nbf: now.seconds(),
            exp: now.plus(self.lifetime).seconds(),
            jti: id,
            scopes: Vec::new(),
        };
        Ok(encode(&header, &claims, &key.encoding)?)
    }

    /// The key that signs now. Where all are new, as on a new database, there is nobody who knows another: the oldest.
    fn signing(&self, now: Timestamp) -> Option<&Key> {
        self.keys.iter().find(|key| key.signs_from <= now).or_else(|| self.keys.last())
    }

    /// The keys whose tokens can still be alive.
    fn accepted(&self, now: Timestamp) -> impl Iterator<Item = &Key> {
        let leeway = Duration::from_secs(LEEWAY_SECONDS.unsigned_abs());
        let successors = [None].into_iter().chain(self.keys.iter().map(|key| Some(key.signs_from)));
        let over = move |replaced_at: Timestamp| replaced_at.plus(self.lifetime + leeway) <= now;
        self.keys
            .iter()
            .zip(successors)
            .filter(move |(_, successor)| !successor.is_some_and(over))
            .map(|it| it.0)
    }

    /// Whether a token names a key that is not among these: one that was made since they were read, perhaps.
    pub(crate) fn stranger(&self, token: &str) -> bool {
        let named = || decode_header(token).ok()?.kid;
        token.len() <= MAX_TOKEN_BYTES && named().is_some_and(|id| self.keys.iter().all(|key| key.id != id))
    }

    /// What a token proves, or nothing when it is not one of ours or not valid now.
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Option<Arc<Verified>> {
        let verified = if let Some(verified) = self.verified.get(token) {
            verified
        } else {
            let verified = Arc::new(self.verify_signature(token)?);
            self.verified.insert(token.into(), Arc::clone(&verified));
            verified
        };
        let seconds = now.seconds();
        let in_time = seconds < verified.expires && seconds + LEEWAY_SECONDS >= verified.not_before;
        let valid = in_time && self.accepted(now).any(|key| key.id == verified.key);
        valid.then_some(verified)
    }

    fn verify_signature(&self, token: &str) -> Option<Verified> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let id = decode_header(token).ok()?.kid?;
        let key = self.keys.iter().find(|key| key.id == id)?;
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_audience(&[&self.issuer]);
        rules.set_issuer(&[&self.issuer]);
        // Time is judged by our own clock, on every use.
        rules.validate_exp = false;
        rules.validate_nbf = false;
        let claims = decode::<Claims>(token, &key.decoding, &rules).ok()?.claims;
        let client = ClientId::parse(&claims.sub).ok()?;
        Some(Verified { client, key: id, not_before: claims.nbf, expires: claims.exp })
    }

    /// The public keys as a JSON Web Key Set (RFC 7517).
    pub(crate) fn key_set(&self, now: Timestamp) -> Value {
        json!({ "keys": self.accepted(now).map(|key| key.public.clone()).collect::<Vec<_>>() })
    }
}

impl Key {
    #[expect(clippy::disallowed_methods, reason = "the signing key is handed to the token library")]
    fn read(key: &SigningKey) -> Result<Self, KeyError> {
        let pem = key.private_key.expose();
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = STANDARD.decode(body).map_err(|_| KeyError::Generate)?;
        let pair = KeyPair::from_pkcs8(&der).map_err(|_| KeyError::Generate)?;
        let public = pair.public_key();
        let (n, e) = (public.modulus(), public.exponent());
        let n = URL_SAFE_NO_PAD.encode(n.big_endian_without_leading_zero());
        let e = URL_SAFE_NO_PAD.encode(e.big_endian_without_leading_zero());
        Ok(Self {
            id: key.id.to_string(),
            signs_from: key.created_at.plus(SIGNS_AFTER),
            encoding: EncodingKey::from_rsa_pem(pem.as_bytes())?,
            decoding: DecodingKey::from_rsa_components(&n, &e)?,
            public: json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": key.id.as_str(), "n": n, "e": e }),
        })
    }
}

#[cfg(test)]
mod tests {
    use headwater_domain::id::SigningKeyId;

    use super::*;

    fn tokens(issuer: &str, pem: &str) -> Tokens {
        let id = SigningKeyId::parse("snk_1").unwrap();
        let key = SigningKey {
            id,
            private_key: Secret::new(pem.to_owned()),
            created_at: Timestamp::from_seconds(0),
        };
        Tokens::new(issuer, Duration::from_secs(3600), &[key]).unwrap()
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test uses the key that it made")]
    fn d8_a_token_is_good_for_its_lifetime_its_issuer_and_its_key_only() {
        let pem = generate().unwrap();
        let ours = tokens("https://headwater.example", pem.expose());
        let client = ClientId::parse("skc_1").unwrap();
        let now = Timestamp::from_seconds(1_795_000_000);
        let token = ours.issue(&client, "j".to_owned(), now).unwrap();
        let later = |seconds| now.plus(Duration::from_secs(seconds));
        assert!(ours.verify(&token, now).is_some_and(|it| it.client == client));
        assert!(ours.verify(&token, later(3599)).is_some());
        assert!(ours.verify(&token, later(3600)).is_none());
        assert!(ours.verify(&token, now.minus(Duration::from_secs(60))).is_none());
        assert!(tokens("https://other.example", pem.expose()).verify(&token, now).is_none());
        assert!(
            tokens("https://headwater.example", generate().unwrap().expose()).verify(&token, now).is_none()
        );
        let unsigned = format!(
            "{}.{}.",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"snk_1"}"#),
            token.split('.').nth(1).unwrap()
        );
        assert!(ours.verify(&unsigned, now).is_none());
        assert!(ours.verify("", now).is_none() && ours.verify("a.b.c", now).is_none());
        assert_eq!(ours.key_set(Timestamp::from_seconds(0))["keys"][0]["kid"], "snk_1");
    }
}
