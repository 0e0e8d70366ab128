//! A transit secrets engine, as Vault and OpenBao have it (`builtin/logical/transit/path_encrypt.go` of `OpenBao`).

use std::sync::Arc;

use aws_lc_rs::hmac;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_ports::entropy::Entropy;
use serde::Deserialize;
use serde_json::json;

use super::{Keys, Trouble};

/// A server with a transit secrets engine at `transit/`, and one token.
#[derive(Clone)]
pub struct VaultCounterpart(Arc<Inner>);

struct Inner {
    keys: Keys,
    token: String,
}

#[derive(Deserialize)]
struct Call {
    #[serde(default)]
    plaintext: String,
    #[serde(default)]
    ciphertext: String,
    #[serde(default)]
    associated_data: String,
    #[serde(default)]
    context: String,
}

impl VaultCounterpart {
    /// One that lets `token` use its keys.
    pub fn new(token: &str, entropy: Arc<dyn Entropy>) -> Self {
        Self(Arc::new(Inner { keys: Keys::new(entropy), token: token.to_owned() }))
    }

    /// Adds a key, or a version to it. Keys whose names begin with `derived` are derived ones.
    pub fn add_key(&self, name: &str) {
        self.0.keys.add(name);
    }

    /// What it serves.
    pub fn router(&self) -> Router {
        let encrypt = post(encrypt).put(encrypt);
        let decrypt = post(decrypt).put(decrypt);
        Router::new()
            .route("/v1/transit/encrypt/{name}", encrypt)
            .route("/v1/transit/decrypt/{name}", decrypt)
            .fallback(|| async { refuse(StatusCode::NOT_FOUND, "no handler for route") })
            .with_state(self.clone())
    }

    fn allows(&self, headers: &HeaderMap) -> bool {
        headers.get("x-vault-token").is_some_and(|token| token.as_bytes() == self.0.token.as_bytes())
    }
}

async fn encrypt(
    State(vault): State<VaultCounterpart>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Json(call): Json<Call>,
) -> Response {
    if !vault.allows(&headers) {
        return refuse(StatusCode::FORBIDDEN, "permission denied");
    }
    let (Ok(plaintext), Some(place)) = (STANDARD.decode(&call.plaintext), place(&name, &call)) else {
        return refuse(StatusCode::BAD_REQUEST, "illegal base64 data at input byte 0");
    };
    match vault.0.keys.encrypt(&name, &place, &plaintext) {
        Ok((version, bytes)) => {
            let ciphertext = format!("vault:v{version}:{}", STANDARD.encode(bytes));
            Json(json!({ "data": { "ciphertext": ciphertext, "key_version": version } })).into_response()
        }
        Err(trouble) => refuse_for(&trouble),
    }
}

async fn decrypt(
    State(vault): State<VaultCounterpart>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Json(call): Json<Call>,
) -> Response {
    if !vault.allows(&headers) {
        return refuse(StatusCode::FORBIDDEN, "permission denied");
    }
    let parts = call.ciphertext.strip_prefix("vault:v").and_then(|it| it.split_once(':'));
    let parts =
        parts.and_then(|(version, bytes)| Some((version.parse().ok()?, STANDARD.decode(bytes).ok()?)));
    let (Some((version, bytes)), Some(place)) = (parts, place(&name, &call)) else {
        return refuse(StatusCode::BAD_REQUEST, "invalid ciphertext: no prefix");
    };
    match vault.0.keys.decrypt(&name, version, &place, &bytes) {
        Ok(plaintext) => Json(json!({ "data": { "plaintext": STANDARD.encode(plaintext) } })).into_response(),
        Err(trouble) => refuse_for(&trouble),
    }
}

/// The associated data, and for a derived key the context as well; a derived key without a context is a mistake.
fn place(name: &str, call: &Call) -> Option<Vec<u8>> {
    let associated = STANDARD.decode(&call.associated_data).ok()?;
    if !name.starts_with("derived") {
        return Some(associated);
    }
    let context = STANDARD.decode(&call.context).ok().filter(|it| !it.is_empty())?;
    Some(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &context), &associated).as_ref().to_vec())
}

fn refuse_for(trouble: &Trouble) -> Response {
    let said = match trouble {
        Trouble::Unknown => "encryption key not found",
        Trouble::Destroyed => "ciphertext or signature version is disallowed by policy (too old)",
        Trouble::Rejected => "cipher: message authentication failed",
    };
    refuse(StatusCode::BAD_REQUEST, said)
}

fn refuse(status: StatusCode, said: &str) -> Response {
    (status, Json(json!({ "errors": [said] }))).into_response()
}
