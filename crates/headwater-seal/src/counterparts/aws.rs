//! AWS KMS: the JSON protocol of `Encrypt` and `Decrypt`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Router, body::Bytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_ports::entropy::Entropy;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Keys, Trouble};

/// An AWS KMS that lets one access key use its keys. It does not check signatures, only who claims to have signed.
#[derive(Clone)]
pub struct AwsCounterpart(Arc<Inner>);

struct Inner {
    keys: Keys,
    access_key_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Call {
    key_id: String,
    #[serde(default)]
    plaintext: String,
    #[serde(default)]
    ciphertext_blob: String,
    #[serde(default)]
    encryption_context: BTreeMap<String, String>,
}

impl AwsCounterpart {
    /// One that lets `access_key_id` use its keys.
    pub fn new(access_key_id: &str, entropy: Arc<dyn Entropy>) -> Self {
        Self(Arc::new(Inner { keys: Keys::new(entropy), access_key_id: access_key_id.to_owned() }))
    }

    /// Adds a key by its ARN.
    pub fn add_key(&self, arn: &str) {
        self.0.keys.add(arn);
    }

    /// Destroys a key.
    pub fn destroy(&self, arn: &str) {
        self.0.keys.destroy(arn);
    }

    /// What it serves.
    pub fn router(&self) -> Router {
        Router::new().route("/", post(serve_call)).with_state(self.clone())
    }

    fn encrypt(&self, call: &Call, place: &[u8]) -> Response {
        let plaintext = STANDARD.decode(&call.plaintext).unwrap_or_default();
        match self.0.keys.encrypt(&call.key_id, place, &plaintext) {
            Ok((_, bytes)) => {
                // As with AWS, the ciphertext names its key.
                let blob = [call.key_id.as_bytes(), b"\0", &bytes].concat();
                answer(200, &json!({ "CiphertextBlob": STANDARD.encode(blob), "KeyId": call.key_id }))
            }
            Err(trouble) => refuse_for(&trouble, &call.key_id),
        }
    }

    fn decrypt(&self, call: &Call, place: &[u8]) -> Response {
        let blob = STANDARD.decode(&call.ciphertext_blob).unwrap_or_default();
        let mut parts = blob.splitn(2, |byte| *byte == 0);
        let (Some(key), Some(bytes)) = (parts.next(), parts.next()) else {
            return refuse_for(&Trouble::Rejected, &call.key_id);
        };
        if key != call.key_id.as_bytes() {
            return refuse(
                "IncorrectKeyException",
                "The key ID in the request does not identify a CMK that can perform this operation.",
            );
        }
        match self.0.keys.decrypt(&call.key_id, 1, place, bytes) {
            Ok(plaintext) => {
                answer(200, &json!({ "Plaintext": STANDARD.encode(plaintext), "KeyId": call.key_id }))
            }
            Err(trouble) => refuse_for(&trouble, &call.key_id),
        }
    }
}

async fn serve_call(State(kms): State<AwsCounterpart>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let signed = format!("AWS4-HMAC-SHA256 Credential={}/", kms.0.access_key_id);
    if !text("authorization").starts_with(&signed) {
        return refuse(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        );
    }
    let Ok(call) = serde_json::from_slice::<Call>(&body) else {
        return refuse("SerializationException", "The request is no JSON");
    };
    let place = serde_json::to_vec(&call.encryption_context).unwrap_or_default();
    match text("x-amz-target") {
        "TrentService.Encrypt" => kms.encrypt(&call, &place),
        "TrentService.Decrypt" => kms.decrypt(&call, &place),
        _ => refuse("UnknownOperationException", "There is no such operation"),
    }
}

fn refuse_for(trouble: &Trouble, key: &str) -> Response {
    match trouble {
        Trouble::Unknown => refuse("NotFoundException", &format!("Key '{key}' does not exist")),
        Trouble::Destroyed => refuse("KMSInvalidStateException", &format!("{key} is pending deletion.")),
        Trouble::Rejected => refuse("InvalidCiphertextException", ""),
    }
}

fn refuse(kind: &str, message: &str) -> Response {
    answer(400, &json!({ "__type": kind, "message": message }))
}

fn answer(status: u16, body: &Value) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/x-amz-json-1.1")];
    (StatusCode::from_u16(status).unwrap_or_default(), kind, body.to_string()).into_response()
}
