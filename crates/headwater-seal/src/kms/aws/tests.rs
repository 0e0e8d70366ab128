//! What is made of the answers of AWS KMS. The round trip is in `kms::tests`. The SDK waits between its attempts;
//! these tests run in paused time.

use headwater_ports::fakes::ScriptedUpstream;

use super::*;

const ARN: &str = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn key() -> AwsKey {
    let Ok(KmsKey::Aws(key)) = format!("aws-kms:{ARN}").parse() else { panic!("an AWS key") };
    key
}

async fn kms(upstream: &Arc<ScriptedUpstream>) -> AwsKms {
    let access = AwsAccess {
        endpoint: "https://kms.eu-central-1.amazonaws.com".to_owned(),
        region: "eu-central-1".to_owned(),
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: Secret::new("secret-canary".to_owned()),
    };
    let upstream: Arc<ScriptedUpstream> = Arc::clone(upstream);
    AwsKms::with_access(key(), access, upstream).await
}

#[tokio::test(start_paused = true)]
async fn refusals_say_what_is_to_be_done() {
    let table = [
        (400, "AccessDeniedException", KmsFailure::Denied),
        (400, "UnrecognizedClientException", KmsFailure::Denied),
        (403, "ExpiredTokenException", KmsFailure::Denied),
        (400, "IncorrectKeyException", KmsFailure::WrongKey),
        (400, "InvalidCiphertextException", KmsFailure::WrongKey),
        (400, "NotFoundException", KmsFailure::Unusable),
        (400, "DisabledException", KmsFailure::Unusable),
        (400, "KMSInvalidStateException", KmsFailure::Unusable),
        (400, "ThrottlingException", KmsFailure::Unreachable),
        (500, "KMSInternalException", KmsFailure::Unreachable),
        (502, "", KmsFailure::Unreachable),
    ];
    for (status, code, expected) in table {
        let upstream = Arc::new(ScriptedUpstream::default());
        // What passes is tried again, so that the last of three answers counts.
        for _ in 0..3 {
            upstream.answer(status, format!("{{\"__type\":\"{code}\",\"message\":\"because\"}}"));
        }
        let error = kms(&upstream).await.unwrap_key(b"x").await.unwrap_err();
        assert_eq!(error.failure, expected, "{status} {code}: {error}");
        let message = error.to_string();
        assert!(message.contains(ARN) && message.contains(code) && !message.contains("canary"), "{message}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_away_and_credentials_that_are_missing_are_told_apart() {
    let upstream = Arc::new(ScriptedUpstream::default());
    let error = kms(&upstream).await.unwrap_key(b"x").await.unwrap_err();
    assert_eq!(error.failure, KmsFailure::Unreachable, "{error}");
    assert!(error.to_string().contains("no answer left"), "{error}");
    assert!(upstream.seen().len() > 1, "what provably did not arrive is tried again");

    let upstream: Arc<dyn Upstream> = Arc::new(ScriptedUpstream::default());
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(UpstreamClient::new(upstream))
        .region(Region::new("eu-central-1"))
        .no_credentials()
        .load()
        .await;
    let error = AwsKms::with(key(), &config).unwrap_key(b"x").await.unwrap_err();
    assert_eq!(error.failure, KmsFailure::Credentials, "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_key_is_not_believed() {
    for body in ["{}", "{\"Plaintext\":\"AAAA\"}"] {
        let upstream = Arc::new(ScriptedUpstream::default());
        upstream.answer(200, body);
        let error = kms(&upstream).await.unwrap_key(b"x").await.unwrap_err();
        assert_eq!(error.failure, KmsFailure::Answer, "{body}: {error}");
    }
}
