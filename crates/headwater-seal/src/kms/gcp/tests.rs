//! What is sent to Cloud KMS, and what is made of its answers. The round trip is in `kms::tests`.

use headwater_domain::secret::Secret;
use headwater_ports::fakes::{ManualClock, ScriptedUpstream};
use serde_json::{Value, json};

use super::*;

const NAME: &str = "projects/p/locations/l/keyRings/r/cryptoKeys/k";
const CRC_OF_SEVENS: u32 = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI).checksum(&[7; 32]);

fn kms(upstream: &Arc<ScriptedUpstream>) -> GcpKms {
    let Ok(KmsKey::Gcp(key)) = format!("gcp-kms:{NAME}").parse() else { panic!("a Google key") };
    let upstream: Arc<ScriptedUpstream> = Arc::clone(upstream);
    let token = GcpCredentials::Token(Secret::new("ya29.canary".to_owned()));
    GcpKms::new(key, None, token, upstream, Arc::new(ManualClock::default()))
}

fn encrypted() -> Value {
    json!({
        "name": format!("{NAME}/cryptoKeyVersions/3"),
        "ciphertext": STANDARD.encode([7; 32]),
        "ciphertextCrc32c": CRC_OF_SEVENS.to_string(),
        "verifiedPlaintextCrc32c": true,
        "verifiedAdditionalAuthenticatedDataCrc32c": true,
    })
}

#[tokio::test]
async fn a_key_is_sent_with_checksums_and_bound_to_headwater() {
    let upstream = Arc::new(ScriptedUpstream::default());
    upstream.answer(200, encrypted().to_string());
    let plain =
        json!({ "plaintext": STANDARD.encode([7; 32]), "plaintextCrc32c": CRC_OF_SEVENS.to_string() });
    upstream.answer(200, plain.to_string());
    let wrapped = kms(&upstream).wrap_key(&Zeroizing::new([7; 32])).await.unwrap();
    assert_eq!(wrapped.version, format!("{NAME}/cryptoKeyVersions/3"));
    assert_eq!(*kms(&upstream).unwrap_key(&wrapped.ciphertext).await.unwrap(), [7; 32]);

    let seen = upstream.seen();
    let binding = "headwater key file";
    let binding_sum = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI).checksum(binding.as_bytes()).to_string();
    for (request, verb, field) in [(&seen[0], "encrypt", "plaintext"), (&seen[1], "decrypt", "ciphertext")] {
        assert_eq!(request.method, "POST");
        assert_eq!(request.uri.to_string(), format!("https://cloudkms.googleapis.com/v1/{NAME}:{verb}"));
        assert_eq!(request.headers["authorization"], "Bearer ya29.canary");
        let expected = json!({
            field: STANDARD.encode([7; 32]),
            format!("{field}Crc32c"): CRC_OF_SEVENS.to_string(),
            "additionalAuthenticatedData": STANDARD.encode(binding),
            "additionalAuthenticatedDataCrc32c": binding_sum,
        });
        assert_eq!(serde_json::from_slice::<Value>(&request.body).unwrap(), expected);
    }
}

#[tokio::test]
async fn what_was_damaged_on_the_way_is_not_taken() {
    for (field, value, expected) in [
        ("ciphertextCrc32c", json!("1"), KmsFailure::Unreachable),
        ("ciphertext", json!(STANDARD.encode([8; 32])), KmsFailure::Unreachable),
        ("verifiedPlaintextCrc32c", json!(false), KmsFailure::Unreachable),
        ("verifiedAdditionalAuthenticatedDataCrc32c", json!(false), KmsFailure::Unreachable),
        (
            "name",
            json!("projects/p/locations/l/keyRings/r/cryptoKeys/k2/cryptoKeyVersions/1"),
            KmsFailure::Answer,
        ),
    ] {
        let upstream = Arc::new(ScriptedUpstream::default());
        let mut answer = encrypted();
        answer[field] = value;
        upstream.answer(200, answer.to_string());
        let error = kms(&upstream).wrap_key(&Zeroizing::new([7; 32])).await.unwrap_err();
        assert_eq!(error.failure, expected, "{field}: {error}");
    }
    let upstream = Arc::new(ScriptedUpstream::default());
    upstream
        .answer(200, json!({ "plaintext": STANDARD.encode([7; 32]), "plaintextCrc32c": "1" }).to_string());
    let error = kms(&upstream).unwrap_key(b"x").await.unwrap_err();
    assert!(error.to_string().contains("checksum"), "{error}");
}

#[tokio::test]
async fn refusals_say_what_is_to_be_done() {
    let table = [
        (401, "UNAUTHENTICATED", "invalid credentials", KmsFailure::Denied),
        (
            403,
            "PERMISSION_DENIED",
            "Permission 'cloudkms.cryptoKeyVersions.useToDecrypt' denied",
            KmsFailure::Denied,
        ),
        (404, "NOT_FOUND", "CryptoKey not found.", KmsFailure::Unusable),
        (400, "FAILED_PRECONDITION", "is not enabled, current state is: DESTROYED.", KmsFailure::Unusable),
        (400, "INVALID_ARGUMENT", "Decryption failed: verify that 'name' is right", KmsFailure::WrongKey),
        (400, "INVALID_ARGUMENT", "something else", KmsFailure::Answer),
        (429, "RESOURCE_EXHAUSTED", "quota", KmsFailure::Unreachable),
        (503, "UNAVAILABLE", "try again", KmsFailure::Unreachable),
    ];
    for (status, code, said, expected) in table {
        let upstream = Arc::new(ScriptedUpstream::default());
        let body = json!({ "error": { "code": status, "status": code, "message": said } });
        upstream.answer(status, body.to_string());
        let error = kms(&upstream).unwrap_key(b"x").await.unwrap_err();
        assert_eq!(error.failure, expected, "{error}");
        let message = error.to_string();
        assert!(message.contains(said) && message.contains(NAME) && !message.contains("canary"), "{message}");
    }
}

#[tokio::test]
async fn a_machine_without_an_account_says_so() {
    let Ok(KmsKey::Gcp(key)) = format!("gcp-kms:{NAME}").parse() else { panic!("a Google key") };
    let upstream = Arc::new(ScriptedUpstream::default());
    upstream.answer(404, "not found");
    let machine = GcpCredentials::Machine { server: None };
    let upstream_port: Arc<ScriptedUpstream> = Arc::clone(&upstream);
    let kms = GcpKms::new(key, None, machine, upstream_port, Arc::new(ManualClock::default()));
    let error = kms.unwrap_key(b"x").await.unwrap_err();
    assert_eq!(error.failure, KmsFailure::Credentials, "{error}");
    assert!(error.to_string().contains("metadata.google.internal"), "{error}");
    assert_eq!(upstream.seen()[0].headers["metadata-flavor"], "Google");
}

#[test]
fn only_a_service_accounts_key_is_taken() {
    let parse = |json: Value| ServiceAccount::parse(&Secret::new(json.to_string())).err();
    let account = |uri: &str| json!({ "type": "service_account", "client_email": "a@b", "private_key": "-----BEGIN", "token_uri": uri });
    assert_eq!(parse(json!([])), Some(InvalidServiceAccount::Form));
    assert_eq!(parse(json!({ "type": "service_account" })), Some(InvalidServiceAccount::Form));
    assert_eq!(parse(json!({ "type": "authorized_user" })), Some(InvalidServiceAccount::Kind));
    assert_eq!(parse(account("https://oauth2.googleapis.com/token")), Some(InvalidServiceAccount::Key));
}
