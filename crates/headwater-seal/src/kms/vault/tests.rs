//! What is sent to a transit secrets engine, and what is made of its answers. The round trip is in `kms::tests`.

use headwater_ports::fakes::ScriptedUpstream;
use headwater_ports::upstream::UpstreamError;
use serde_json::{Value, json};

use super::*;

const TOKEN: &str = "hvs.canary";

fn vault(upstream: &Arc<ScriptedUpstream>) -> VaultTransit {
    let Ok(KmsKey::Vault(key)) = "vault-transit:https://vault.example:8200/a/transit/keys/headwater".parse()
    else {
        panic!("a Vault key")
    };
    let upstream: Arc<ScriptedUpstream> = Arc::clone(upstream);
    VaultTransit::new(key, Secret::new(TOKEN.to_owned()), Some("team/a".to_owned()), upstream)
}

#[tokio::test]
async fn a_key_is_sent_as_vault_wants_it_and_bound_to_headwater() {
    let upstream = Arc::new(ScriptedUpstream::default());
    upstream.answer(200, json!({ "data": { "ciphertext": "vault:v7:abc", "key_version": 7 } }).to_string());
    upstream.answer(200, json!({ "data": { "plaintext": STANDARD.encode([7; 32]) } }).to_string());
    let wrapped = vault(&upstream).wrap_key(&Zeroizing::new([7; 32])).await.unwrap();
    assert_eq!(wrapped, WrappedKey { ciphertext: b"vault:v7:abc".to_vec(), version: "v7".to_owned() });
    assert_eq!(*vault(&upstream).unwrap_key(&wrapped.ciphertext).await.unwrap(), [7; 32]);

    let seen = upstream.seen();
    let binding = STANDARD.encode("headwater key file");
    for (request, verb, body) in [
        (&seen[0], "encrypt", json!({ "plaintext": STANDARD.encode([7; 32]) })),
        (&seen[1], "decrypt", json!({ "ciphertext": "vault:v7:abc" })),
    ] {
        assert_eq!(request.method, "POST");
        assert_eq!(
            request.uri.to_string(),
            format!("https://vault.example:8200/v1/a/transit/{verb}/headwater")
        );
        for (name, value) in
            [("x-vault-token", TOKEN), ("x-vault-namespace", "team/a"), ("x-vault-request", "true")]
        {
            assert_eq!(request.headers[name], value);
        }
        assert!(!format!("{:?}", request.headers).contains(TOKEN), "the token is marked as a secret");
        let mut expected = body;
        expected["associated_data"] = json!(binding);
        expected["context"] = json!(binding);
        assert_eq!(serde_json::from_slice::<Value>(&request.body).unwrap(), expected);
    }
}

#[tokio::test]
async fn refusals_say_what_is_to_be_done() {
    let table = [
        (403, "permission denied", KmsFailure::Denied),
        (404, "no handler for route \"transit/decrypt/headwater\"", KmsFailure::Unusable),
        (400, "encryption key not found", KmsFailure::Unusable),
        (400, "ciphertext or signature version is disallowed by policy (too old)", KmsFailure::Unusable),
        (400, "cipher: message authentication failed", KmsFailure::WrongKey),
        (500, "cipher: message authentication failed", KmsFailure::WrongKey),
        (400, "invalid ciphertext: no prefix", KmsFailure::WrongKey),
        (400, "something else", KmsFailure::Answer),
        (429, "request path rate limit quota exceeded", KmsFailure::Unreachable),
        (503, "Vault is sealed", KmsFailure::Unreachable),
    ];
    for (status, said, expected) in table {
        let upstream = Arc::new(ScriptedUpstream::default());
        upstream.answer(status, json!({ "errors": [said] }).to_string());
        let error = vault(&upstream).unwrap_key(b"vault:v1:abc").await.unwrap_err();
        assert_eq!(error.failure, expected, "{error}");
        let message = error.to_string();
        assert!(message.contains(said) && message.contains("transit/keys/headwater"), "{message}");
        assert!(!message.contains(TOKEN), "{message}");
    }
}

#[tokio::test]
async fn what_is_no_vault_is_not_believed() {
    for (status, body) in [
        (200, "<html>".to_owned()),
        (200, "{}".to_owned()),
        (200, json!({ "data": { "plaintext": STANDARD.encode([7; 31]) } }).to_string()),
        (307, String::new()),
        (418, String::new()),
    ] {
        let upstream = Arc::new(ScriptedUpstream::default());
        upstream.answer(status, body.clone());
        let error = vault(&upstream).unwrap_key(b"vault:v1:abc").await.unwrap_err();
        assert_eq!(error.failure, KmsFailure::Answer, "{status} {body}: {error}");
    }
    let upstream = Arc::new(ScriptedUpstream::default());
    upstream.answer_with(Err(UpstreamError::NotSent { reason: "no such host".to_owned() }));
    let error = vault(&upstream).unwrap_key(b"vault:v1:abc").await.unwrap_err();
    assert_eq!(error.failure, KmsFailure::Unreachable);
    assert!(error.to_string().contains("no such host"), "{error}");
}
