//! Round trips through counterparts that speak the services' protocols, for all services alike.

use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use axum::Router;
use axum::body::Body as AxumBody;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_domain::secret::Secret;
use headwater_ports::fakes::{ManualClock, SeededEntropy};
use headwater_ports::upstream::{Body, Patience, Upstream, UpstreamError};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;
use crate::counterparts::{AwsCounterpart, GcpCounterpart, VaultCounterpart};
use crate::{KeyFile, KeyId, WrapError, WrappedKeyFile};

const ARN: &str = "arn:aws:kms:eu-central-1:111122223333:key";
const RING: &str = "projects/p/locations/l/keyRings/r/cryptoKeys";

/// A counterpart without a socket in between.
struct Direct(Router);

#[async_trait]
impl Upstream for Direct {
    async fn send(&self, request: Request<Body>, _: Patience) -> Result<Response<Body>, UpstreamError> {
        let (mut head, body) = request.into_parts();
        // What a transport would add.
        if let Some(authority) = head.uri.authority() {
            head.headers.insert("host", authority.as_str().parse().unwrap());
        }
        let Ok(response) = self.0.clone().oneshot(Request::from_parts(head, AxumBody::new(body))).await;
        Ok(response.map(|body| body.map_err(Into::into).boxed_unsync()))
    }
}

fn entropy() -> Arc<SeededEntropy> {
    Arc::new(SeededEntropy::new(5))
}

fn vault(router: Router, name: &str, token: &str) -> Box<dyn KeyWrap> {
    let Ok(KmsKey::Vault(key)) = format!("vault-transit:http://127.0.0.1:8200/transit/keys/{name}").parse()
    else {
        panic!("a Vault key")
    };
    Box::new(VaultTransit::new(key, Secret::new(token.to_owned()), None, Arc::new(Direct(router))))
}

fn gcp(router: Router, name: &str, credentials: GcpCredentials) -> Box<dyn KeyWrap> {
    let Ok(KmsKey::Gcp(key)) = format!("gcp-kms:{RING}/{name}").parse() else { panic!("a Google key") };
    Box::new(GcpKms::new(key, None, credentials, Arc::new(Direct(router)), Arc::new(ManualClock::default())))
}

async fn aws(router: Router, name: &str, access_key_id: &str) -> Box<dyn KeyWrap> {
    let Ok(KmsKey::Aws(key)) = format!("aws-kms:{ARN}/{name}").parse() else { panic!("an AWS key") };
    let access = AwsAccess {
        endpoint: "http://127.0.0.1:1".to_owned(),
        region: "eu-central-1".to_owned(),
        access_key_id: access_key_id.to_owned(),
        secret_access_key: Secret::new("secret".to_owned()),
    };
    Box::new(AwsKms::with_access(key, access, Arc::new(Direct(router))).await)
}

/// The same service three times: as it should be, with another key, and with credentials that may not.
async fn services() -> Vec<[Box<dyn KeyWrap>; 3]> {
    let vault_server = VaultCounterpart::new("token", entropy());
    let google = GcpCounterpart::new("token", entropy());
    let amazon = AwsCounterpart::new("AKID", entropy());
    for name in ["one", "two", "derived"] {
        vault_server.add_key(name);
        google.add_key(&format!("{RING}/{name}"));
        amazon.add_key(&format!("{ARN}/{name}"));
    }
    let [v, g, a] = [vault_server.router(), google.router(), amazon.router()];
    let token = |text: &str| GcpCredentials::Token(Secret::new(text.to_owned()));
    vec![
        [vault(v.clone(), "one", "token"), vault(v.clone(), "two", "token"), vault(v.clone(), "one", "no")],
        [vault(v.clone(), "derived", "token"), vault(v.clone(), "one", "token"), vault(v, "derived", "no")],
        [
            gcp(g.clone(), "one", token("token")),
            gcp(g.clone(), "two", token("token")),
            gcp(g, "one", token("no")),
        ],
        [aws(a.clone(), "one", "AKID").await, aws(a.clone(), "two", "AKID").await, aws(a, "one", "NO").await],
    ]
}

#[tokio::test]
async fn every_service_unwraps_what_it_wrapped_and_nothing_else() {
    for [right, other, denied] in services().await {
        let key = Zeroizing::new([9; KEY_LENGTH]);
        let wrapped = right.wrap_key(&key).await.unwrap();
        assert!(!wrapped.version.is_empty(), "{}", right.key());
        assert!(!wrapped.ciphertext.windows(8).any(|it| it == [9; 8]), "{}", right.key());
        assert_eq!(right.unwrap_key(&wrapped.ciphertext).await.unwrap(), key, "{}", right.key());
        let failure = other.unwrap_key(&wrapped.ciphertext).await.unwrap_err().failure;
        assert_eq!(failure, KmsFailure::WrongKey, "{}", other.key());
        let failure = denied.unwrap_key(&wrapped.ciphertext).await.unwrap_err().failure;
        assert_eq!(failure, KmsFailure::Denied, "{}", denied.key());
        let mut damaged = wrapped.ciphertext;
        let last = damaged.len() - 3;
        damaged[last] ^= 1;
        let failure = right.unwrap_key(&damaged).await.unwrap_err().failure;
        assert_eq!(failure, KmsFailure::WrongKey, "{}", right.key());
    }
}

#[tokio::test]
async fn a_key_that_was_destroyed_or_never_made_is_named() {
    let google = GcpCounterpart::new("token", entropy());
    google.add_key(&format!("{RING}/one"));
    let amazon = AwsCounterpart::new("AKID", entropy());
    amazon.add_key(&format!("{ARN}/one"));
    let token = || GcpCredentials::Token(Secret::new("token".to_owned()));
    let [here, gone] = ["one", "none"].map(|name| gcp(google.router(), name, token()));
    let wrapped = here.wrap_key(&WrappingKey::default()).await.unwrap().ciphertext;
    google.destroy(&format!("{RING}/one"));
    for kms in [here, gone] {
        assert_eq!(
            kms.unwrap_key(&wrapped).await.unwrap_err().failure,
            KmsFailure::Unusable,
            "{}",
            kms.key()
        );
    }
    let here = aws(amazon.router(), "one", "AKID").await;
    let wrapped = here.wrap_key(&WrappingKey::default()).await.unwrap().ciphertext;
    amazon.destroy(&format!("{ARN}/one"));
    assert_eq!(here.unwrap_key(&wrapped).await.unwrap_err().failure, KmsFailure::Unusable);
}

#[tokio::test]
async fn google_knows_a_machine_and_a_service_account() {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let private: Vec<u8> = pair.as_der().unwrap().as_ref().to_vec();
    let public = pair.public_key().as_der().unwrap().as_ref().to_vec();
    let pem = |label: &str, der: &[u8]| {
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
    };
    let public = pem("PUBLIC KEY", &public);
    let google = GcpCounterpart::with_account("token", entropy(), "me@p.example", public.as_bytes()).unwrap();
    google.add_key(&format!("{RING}/one"));
    let account = |email: &str| {
        let json = serde_json::json!({
            "type": "service_account",
            "client_email": email,
            "private_key_id": "k",
            "private_key": pem("PRIVATE KEY", &private),
            "token_uri": "http://127.0.0.1:1/token",
        });
        GcpCredentials::ServiceAccount(ServiceAccount::parse(&Secret::new(json.to_string())).unwrap())
    };
    for credentials in [GcpCredentials::Machine { server: None }, account("me@p.example")] {
        let kms = gcp(google.router(), "one", credentials);
        let wrapped = kms.wrap_key(&WrappingKey::default()).await.unwrap();
        assert_eq!(kms.unwrap_key(&wrapped.ciphertext).await.unwrap(), WrappingKey::default());
    }
    let kms = gcp(google.router(), "one", account("you@p.example"));
    let error = kms.wrap_key(&WrappingKey::default()).await.unwrap_err();
    assert_eq!(error.failure, KmsFailure::Credentials, "{error}");
    assert!(error.to_string().contains("invalid_grant"), "{error}");
}

#[tokio::test]
async fn a_key_file_comes_back_as_it_was_and_only_from_its_own_key() {
    let entropy = entropy();
    let file = KeyFile::generate(&*entropy, KeyId::parse("k1").unwrap()).with_new_key(&*entropy);
    for [right, other, _] in services().await {
        let text = WrappedKeyFile::close(&file, &*right, &*entropy).await.unwrap().to_text();
        let wrapped = WrappedKeyFile::parse(&text).unwrap();
        let opened = wrapped.open(&*right).await.unwrap();
        assert!(opened.keys().eq(file.keys()), "{text}");
        let error = wrapped.open(&*other).await.unwrap_err();
        let expected = (right.key().to_string(), other.key().to_string());
        assert!(
            matches!(&error, WrapError::OtherKey { wrapped_by, asked } if (wrapped_by, asked) == (&expected.0, &expected.1)),
            "{error}"
        );
        // Somebody who can write the file cannot make it look like another key's.
        let renamed = text.replace(&expected.0, &expected.1);
        let error = WrappedKeyFile::parse(&renamed).unwrap().open(&*other).await.unwrap_err();
        assert!(matches!(&error, WrapError::Kms(it) if it.failure == KmsFailure::WrongKey), "{error}");
    }
}
