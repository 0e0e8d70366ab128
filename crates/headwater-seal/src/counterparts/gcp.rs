//! Google Cloud KMS, and with it a metadata server and the endpoint where service accounts get tokens.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc::{CRC_32_ISCSI, Crc};
use headwater_ports::entropy::Entropy;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Keys, Trouble};

const CRC32C: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

/// A Cloud KMS with one access token that may use its keys.
#[derive(Clone)]
pub struct GcpCounterpart(Arc<Inner>);

struct Inner {
    keys: Keys,
    token: String,
    /// Who gets the token for a signature, and the public key.
    account: Option<(String, DecodingKey)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    plaintext: Option<String>,
    ciphertext: Option<String>,
    #[serde(default)]
    additional_authenticated_data: String,
    plaintext_crc32c: Option<String>,
    ciphertext_crc32c: Option<String>,
    additional_authenticated_data_crc32c: Option<String>,
}

#[derive(Deserialize)]
struct Grant {
    grant_type: String,
    assertion: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    scope: String,
}

impl GcpCounterpart {
    /// One that lets `token` use its keys.
    pub fn new(token: &str, entropy: Arc<dyn Entropy>) -> Self {
        Self(Arc::new(Inner { keys: Keys::new(entropy), token: token.to_owned(), account: None }))
    }

    /// The same, which also hands the token to whoever signs as `email` with the key of `public` (PEM).
    ///
    /// # Errors
    ///
    /// When the public key is none.
    pub fn with_account(
        token: &str,
        entropy: Arc<dyn Entropy>,
        email: &str,
        public: &[u8],
    ) -> Result<Self, jsonwebtoken::errors::Error> {
        let account = Some((email.to_owned(), DecodingKey::from_rsa_pem(public)?));
        Ok(Self(Arc::new(Inner { keys: Keys::new(entropy), token: token.to_owned(), account })))
    }

    /// Adds a key, or a version to it, by its resource name.
    pub fn add_key(&self, name: &str) {
        self.0.keys.add(name);
    }

    /// Destroys the versions of a key.
    pub fn destroy(&self, name: &str) {
        self.0.keys.destroy(name);
    }

    /// What it serves.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/v1/{*call}", post(serve_call))
            .route("/computeMetadata/v1/instance/service-accounts/default/token", get(machine_token))
            .route("/token", post(account_token))
            .with_state(self.clone())
    }

    fn encrypt(&self, name: &str, call: &Call) -> Response {
        let (Some(plaintext), Some(place)) = (bytes(call.plaintext.as_deref()), call.place()) else {
            return refuse(400, "INVALID_ARGUMENT", "Invalid value: Base64 decoding failed");
        };
        let damaged = !matches(call.plaintext_crc32c.as_deref(), &plaintext)
            || !matches(call.additional_authenticated_data_crc32c.as_deref(), &place);
        if damaged {
            return refuse(
                400,
                "INVALID_ARGUMENT",
                "The checksum in field plaintext_crc32c did not match the data",
            );
        }
        match self.0.keys.encrypt(name, &place, &plaintext) {
            Ok((version, ciphertext)) => Json(json!({
                "name": format!("{name}/cryptoKeyVersions/{version}"),
                "ciphertext": STANDARD.encode(sealed_by(version, &ciphertext)),
                "ciphertextCrc32c": CRC32C.checksum(&sealed_by(version, &ciphertext)).to_string(),
                "verifiedPlaintextCrc32c": call.plaintext_crc32c.is_some(),
                "verifiedAdditionalAuthenticatedDataCrc32c": call.additional_authenticated_data_crc32c.is_some(),
                "protectionLevel": "SOFTWARE",
            }))
            .into_response(),
            Err(trouble) => refuse_for(&trouble, name),
        }
    }

    fn decrypt(&self, name: &str, call: &Call) -> Response {
        let (Some(ciphertext), Some(place)) = (bytes(call.ciphertext.as_deref()), call.place()) else {
            return refuse(400, "INVALID_ARGUMENT", "Invalid value: Base64 decoding failed");
        };
        let damaged = !matches(call.ciphertext_crc32c.as_deref(), &ciphertext)
            || !matches(call.additional_authenticated_data_crc32c.as_deref(), &place);
        if damaged {
            return refuse(
                400,
                "INVALID_ARGUMENT",
                "The checksum in field ciphertext_crc32c did not match the data",
            );
        }
        let Some((version, ciphertext)) = ciphertext.split_first() else {
            return refuse_for(&Trouble::Rejected, name);
        };
        match self.0.keys.decrypt(name, usize::from(*version), &place, ciphertext) {
            Ok(plaintext) => Json(json!({
                "plaintext": STANDARD.encode(&plaintext),
                "plaintextCrc32c": CRC32C.checksum(&plaintext).to_string(),
                "usedPrimary": true,
                "protectionLevel": "SOFTWARE",
            }))
            .into_response(),
            Err(trouble) => refuse_for(&trouble, name),
        }
    }

    fn token(&self) -> Response {
        Json(json!({ "access_token": self.0.token, "expires_in": 3599, "token_type": "Bearer" }))
            .into_response()
    }
}

impl Call {
    fn place(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.additional_authenticated_data).ok()
    }
}

async fn serve_call(
    State(kms): State<GcpCounterpart>,
    Path(path): Path<String>,
    headers: HeaderMap,
    Json(call): Json<Call>,
) -> Response {
    let expected = format!("Bearer {}", kms.0.token);
    match headers.get("authorization") {
        None => refuse(401, "UNAUTHENTICATED", "Request is missing required authentication credential."),
        Some(given) if given.as_bytes() != expected.as_bytes() => {
            refuse(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        }
        Some(_) => match path.rsplit_once(':') {
            Some((name, "encrypt")) => kms.encrypt(name, &call),
            Some((name, "decrypt")) => kms.decrypt(name, &call),
            Some(_) | None => StatusCode::NOT_FOUND.into_response(),
        },
    }
}

async fn machine_token(State(kms): State<GcpCounterpart>, headers: HeaderMap) -> Response {
    if headers.get("metadata-flavor").is_some_and(|it| it == "Google") {
        kms.token()
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

/// Takes the grant of RFC 7523, checks the signature, and that it was made for this endpoint.
async fn account_token(
    State(kms): State<GcpCounterpart>,
    headers: HeaderMap,
    Form(grant): Form<Grant>,
) -> Response {
    let refused = |said: &str| {
        let body: Value = json!({ "error": "invalid_grant", "error_description": said });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    };
    let Some((email, key)) = &kms.0.account else { return refused("Invalid email or User ID") };
    let host = headers.get("host").and_then(|it| it.to_str().ok()).unwrap_or_default();
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_audience(&[format!("http://{host}/token")]);
    rules.set_required_spec_claims(&["exp", "aud"]);
    // The tests' clocks stand still in another year.
    rules.validate_exp = false;
    match decode::<Claims>(&grant.assertion, key, &rules).map(|it| it.claims) {
        Ok(claims) if claims.iss == *email && claims.scope.ends_with("/auth/cloudkms") => {
            if grant.grant_type == "urn:ietf:params:oauth:grant-type:jwt-bearer" {
                kms.token()
            } else {
                refused("Invalid grant type")
            }
        }
        Ok(_) => refused("Invalid issuer or scope"),
        Err(_) => refused("Invalid JWT Signature."),
    }
}

/// A ciphertext says which version it is of.
fn sealed_by(version: usize, ciphertext: &[u8]) -> Vec<u8> {
    [&[u8::try_from(version).unwrap_or_default()], ciphertext].concat()
}

fn bytes(text: Option<&str>) -> Option<Vec<u8>> {
    STANDARD.decode(text?).ok()
}

fn matches(checksum: Option<&str>, bytes: &[u8]) -> bool {
    checksum.is_none_or(|it| it == CRC32C.checksum(bytes).to_string())
}

fn refuse_for(trouble: &Trouble, name: &str) -> Response {
    match trouble {
        Trouble::Unknown => refuse(404, "NOT_FOUND", &format!("CryptoKey {name} not found.")),
        Trouble::Destroyed => refuse(
            400,
            "FAILED_PRECONDITION",
            &format!("{name}/cryptoKeyVersions/1 is not enabled, current state is: DESTROYED."),
        ),
        Trouble::Rejected => refuse(
            400,
            "INVALID_ARGUMENT",
            "Decryption failed: verify that 'name' refers to the correct CryptoKey.",
        ),
    }
}

fn refuse(status: u16, code: &str, message: &str) -> Response {
    let body = json!({ "error": { "code": status, "message": message, "status": code } });
    (StatusCode::from_u16(status).unwrap_or_default(), Json(body)).into_response()
}
