//! Tests of wrapped key files, with counterparts of the services behind real sockets.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use headwater_ports::fakes::SeededEntropy;
use headwater_seal::counterparts::{AwsCounterpart, GcpCounterpart, VaultCounterpart, serve};
use headwater_seal::kms::{AwsAccess, AwsKms};
use headwater_upstream::HttpUpstream;
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::*;
use crate::assembly::{Mode, UseCases};

const TOKEN: &str = "token-canary";
const RING: &str = "projects/p/locations/l/keyRings/r/cryptoKeys";
const ARN: &str = "arn:aws:kms:eu-central-1:111122223333:key";

/// Services with two keys each, and somewhere to keep things.
struct World {
    directory: TempDir,
    vault: SocketAddr,
    google: SocketAddr,
    amazon: SocketAddr,
}

impl World {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("token"), TOKEN).unwrap();
        fs::write(directory.path().join("wrong-token"), "wrong").unwrap();
        let entropy = || Arc::new(SeededEntropy::new(3));
        let vault = VaultCounterpart::new(TOKEN, entropy());
        let google = GcpCounterpart::new(TOKEN, entropy());
        let amazon = AwsCounterpart::new("AKID", entropy());
        for name in ["one", "two"] {
            vault.add_key(name);
            google.add_key(&format!("{RING}/{name}"));
            amazon.add_key(&format!("{ARN}/{name}"));
        }
        let vault = serve(vault.router()).await.unwrap();
        let google = serve(google.router()).await.unwrap();
        let amazon = serve(amazon.router()).await.unwrap();
        Self { directory, vault, google, amazon }
    }

    fn vault_key(&self, name: &str) -> String {
        format!("vault-transit:http://{}/transit/keys/{name}", self.vault)
    }

    fn google_key(name: &str) -> String {
        format!("gcp-kms:{RING}/{name}")
    }

    /// Settings with access to Vault and Google, some of them replaced.
    fn settings(&self, more: &[(&str, &str)]) -> Config {
        let token = self.path("token");
        let endpoint = format!("http://{}", self.google);
        let data = self.path("data");
        let mut variables = vec![
            ("HEADWATER_DATA_DIR", data.as_str()),
            ("HEADWATER_ENCRYPTION__VAULT__TOKEN_FILE", &token),
            ("HEADWATER_ENCRYPTION__GCP__TOKEN_FILE", &token),
            ("HEADWATER_ENCRYPTION__GCP__ENDPOINT", &endpoint),
        ];
        variables.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        variables.extend(more);
        settings(&variables)
    }

    fn with_kms(&self, key: &str) -> Config {
        self.settings(&[("HEADWATER_ENCRYPTION__KMS", key)])
    }

    fn data_dir(&self) -> DataDir {
        DataDir::beside(Path::new(&self.path("data"))).unwrap()
    }

    fn path(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    fn stored(&self) -> String {
        fs::read_to_string(self.data_dir().file(KEY_FILE)).unwrap()
    }

    async fn amazon(&self, name: &str) -> Box<dyn KeyWrap> {
        let Ok(KmsKey::Aws(key)) = format!("aws-kms:{ARN}/{name}").parse() else { panic!("an AWS key") };
        let access = AwsAccess {
            endpoint: format!("http://{}", self.amazon),
            region: "eu-central-1".to_owned(),
            access_key_id: "AKID".to_owned(),
            secret_access_key: Secret::new("secret".to_owned()),
        };
        Box::new(AwsKms::with_access(key, access, Arc::new(HttpUpstream::anywhere().unwrap())).await)
    }

    async fn services(&self) -> Vec<Box<dyn KeyWrap>> {
        let mut services = vec![self.amazon("one").await];
        for key in [self.vault_key("one"), Self::google_key("one")] {
            services.push(opened(&self.with_kms(&key).encryption).await.unwrap().unwrap());
        }
        services
    }
}

/// What a person would be told.
fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

#[tokio::test]
async fn every_service_keeps_the_keys_through_restarts_and_changes() {
    let world = World::new().await;
    let config = EncryptionConfig::default();
    let entropy = SeededEntropy::new(8);
    for kms in world.services().await {
        let kms = Some(&*kms);
        let directory = tempfile::tempdir().unwrap();
        let data_dir = DataDir::open(directory.path()).unwrap();
        let made = load_or_create_with(&config, &data_dir, &entropy, kms).await.unwrap();
        let text = fs::read_to_string(data_dir.file(KEY_FILE)).unwrap();
        assert!(text.starts_with("headwater-wrapped-key-v1\nkms "), "{text}");
        let read = load_or_create_with(&config, &data_dir, &entropy, kms).await.unwrap();
        assert_eq!(read.sealing(), made.sealing());
        let second = KeyId::parse("k2").unwrap();
        let changed = read.with_new_key(&entropy).activate(&second).unwrap();
        replace_with(&config, &data_dir, &entropy, &changed, kms).await.unwrap();
        let read = load_or_create_with(&config, &data_dir, &entropy, kms).await.unwrap();
        assert!(read.ids().eq([made.sealing(), &second]) && read.sealing() == &second);
    }
}

#[tokio::test]
async fn a_server_starts_with_its_service_and_refuses_every_other_way() {
    let world = World::new().await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let wrong_token = world.path("wrong-token");
    let nowhere = format!("http://{closed}");
    for (right, other, access, endpoint) in [
        (world.vault_key("one"), world.vault_key("two"), "HEADWATER_ENCRYPTION__VAULT__TOKEN_FILE", None),
        (
            World::google_key("one"),
            World::google_key("two"),
            "HEADWATER_ENCRYPTION__GCP__TOKEN_FILE",
            Some(("HEADWATER_ENCRYPTION__GCP__ENDPOINT", nowhere.as_str())),
        ),
    ] {
        let data = world.path(&format!("data-{}", right.len()));
        let data = ("HEADWATER_DATA_DIR", data.as_str());
        let open = async |more: &[(&str, &str)]| {
            let config = world.settings(&[&[data], more].concat());
            let data_dir = DataDir::open(&config.data_dir).unwrap();
            let opened = UseCases::open(&config, &data_dir, Mode::default()).await;
            opened.map(drop).map_err(|error| told(&error))
        };
        let kms = ("HEADWATER_ENCRYPTION__KMS", right.as_str());
        assert_eq!(open(&[kms]).await, Ok(()), "the first start");
        assert_eq!(open(&[kms]).await, Ok(()), "a restart");

        let said = open(&[("HEADWATER_ENCRYPTION__KMS", &other)]).await.unwrap_err();
        assert!(said.contains(&format!("wrapped by {right}, not by {other}")), "{said}");
        let said = open(&[kms, (access, &wrong_token)]).await.unwrap_err();
        assert!(said.contains(&format!("{right} refuses")) && said.contains("key-encryption.key"), "{said}");
        let said = open(&[]).await.unwrap_err();
        assert!(said.contains(&format!("wrapped by {right}; set encryption.kms")), "{said}");

        // The file is made to name the other key, which did not wrap it.
        let file = Path::new(data.1).join(KEY_FILE);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace(&right, &other)).unwrap();
        let said = open(&[("HEADWATER_ENCRYPTION__KMS", &other)]).await.unwrap_err();
        assert!(said.contains(&format!("{other} did not wrap this key file")), "{said}");
        fs::write(&file, &text).unwrap();

        if let Some(endpoint) = endpoint {
            let said = open(&[kms, endpoint]).await.unwrap_err();
            assert!(said.contains(&format!("{right} cannot be reached")), "{said}");
        }
        // A whole file, rightly wrapped, with keys that are not this database's.
        fs::remove_file(&file).unwrap();
        let said = open(&[kms]).await.unwrap_err();
        assert!(said.contains("sealed with another key-encryption key"), "{said}");
        fs::write(&file, &text).unwrap();
        assert_eq!(open(&[kms]).await, Ok(()), "with everything put right");
    }
}

#[tokio::test]
async fn a_vault_that_is_away_keeps_only_new_servers_from_starting() {
    let world = World::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let vault = VaultCounterpart::new(TOKEN, Arc::new(SeededEntropy::new(3)));
    vault.add_key("one");
    let router = vault.router();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let key = format!("vault-transit:http://{address}/transit/keys/one");
    let config = world.with_kms(&key);
    let data_dir = world.data_dir();
    let UseCases { service, .. } = UseCases::open(&config, &data_dir, Mode::default()).await.unwrap();
    server.abort();
    assert!(server.await.unwrap_err().is_cancelled());
    let sealed = service
        .signing_keys
        .all(|| Ok::<_, io::Error>(Secret::new("sealed while it was away".to_owned())))
        .await;
    let opened =
        service.signing_keys.all(|| Err::<Secret, _>(io::Error::other("there is one"))).await.unwrap();
    assert_eq!((sealed.unwrap().len(), opened.len()), (1, 1));
    let error = load_or_create(&config.encryption, &data_dir, &Sevens).await.unwrap_err();
    let said = told(&error);
    assert!(said.contains("cannot be reached") && said.contains(&key), "{said}");
}

#[tokio::test]
async fn a_key_file_moves_to_a_service_to_another_and_back() {
    let world = World::new().await;
    let entropy = SeededEntropy::new(8);
    let data_dir = world.data_dir();
    let plain = world.settings(&[]).encryption;
    let [vault, google] = [world.vault_key("one"), World::google_key("one")];
    let [in_vault, in_google] = [&vault, &google].map(|key| world.with_kms(key).encryption);

    let error = wrap(&in_vault, &data_dir, &entropy, None).await.unwrap_err();
    assert!(matches!(error, EncryptionKeyError::NoKeyFile), "{error}");
    let made = load_or_create(&plain, &data_dir, &entropy).await.unwrap();
    let before = world.stored();
    let error = load_or_create(&in_vault, &data_dir, &entropy).await.unwrap_err();
    assert!(told(&error).contains("is not wrapped, although encryption.kms names vault-transit:"), "{error}");
    let error = wrap(&plain, &data_dir, &entropy, None).await.unwrap_err();
    assert!(matches!(error, EncryptionKeyError::NoTarget), "{error}");

    wrap(&in_vault, &data_dir, &entropy, None).await.unwrap();
    assert!(world.stored().contains(&format!("\nkms {vault}\n")) && !world.stored().contains(before.trim()));
    let first = world.stored();
    wrap(&in_vault, &data_dir, &entropy, None).await.unwrap();
    assert_ne!(world.stored(), first, "what is wrapped can be wrapped anew");
    wrap(&in_vault, &data_dir, &entropy, Some(&google.parse().unwrap())).await.unwrap();
    let read = load_or_create(&in_google, &data_dir, &entropy).await.unwrap();
    assert_eq!(read.sealing(), made.sealing());
    // Keys that are changed stay wrapped.
    replace(&in_google, &data_dir, &entropy, &read.with_new_key(&entropy)).await.unwrap();
    assert!(world.stored().contains(&format!("\nkms {google}\n")));

    assert!(unwrap(&plain, &data_dir, &entropy).await.is_err(), "the service is needed for the way back");
    unwrap(&in_google, &data_dir, &entropy).await.unwrap();
    let read = load_or_create(&plain, &data_dir, &entropy).await.unwrap();
    assert_eq!((read.sealing(), read.ids().count()), (made.sealing(), 2));
}

#[tokio::test]
async fn a_failed_change_leaves_the_file_as_it_was() {
    let world = World::new().await;
    let entropy = SeededEntropy::new(8);
    let data_dir = world.data_dir();
    let plain = world.settings(&[]).encryption;
    load_or_create(&plain, &data_dir, &entropy).await.unwrap();
    let before = world.stored();
    let missing: KmsKey = world.vault_key("missing").parse().unwrap();
    let error = wrap(&plain, &data_dir, &entropy, Some(&missing)).await.unwrap_err();
    assert!(told(&error).contains("keys/missing cannot be used"), "{error}");
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn a_wrapped_file_may_also_be_a_value_or_lie_elsewhere() {
    let world = World::new().await;
    let key = world.vault_key("one");
    let in_vault = world.with_kms(&key).encryption;
    let made = load_or_create(&in_vault, &world.data_dir(), &SeededEntropy::new(8)).await.unwrap();
    let text = world.stored();
    let elsewhere = world.path("elsewhere");
    fs::rename(world.data_dir().file(KEY_FILE), &elsewhere).unwrap();
    for (name, value) in [
        ("HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY", &text),
        ("HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY_FILE", &elsewhere),
    ] {
        let config = world.settings(&[("HEADWATER_ENCRYPTION__KMS", &key), (name, value)]).encryption;
        let read = load_or_create(&config, &world.data_dir(), &Sevens).await.unwrap();
        assert_eq!(read.sealing(), made.sealing(), "{name}");
        let kept = replace(&config, &world.data_dir(), &Sevens, &read).await;
        assert_eq!(kept.is_ok(), name.ends_with("FILE"), "{name}");
    }
    assert!(!world.data_dir().file(KEY_FILE).exists());
    assert_ne!(fs::read_to_string(&elsewhere).unwrap(), text);
}

#[tokio::test]
async fn access_that_is_missing_or_useless_is_named() {
    let world = World::new().await;
    let open = async |more: &[(&str, &str)]| {
        let Err(error) = opened(&world.settings(more).encryption).await else { panic!("{more:?} opened") };
        told(&error)
    };
    let vault = world.vault_key("one");
    let kms = ("HEADWATER_ENCRYPTION__KMS", vault.as_str());
    let token_file = "HEADWATER_ENCRYPTION__VAULT__TOKEN_FILE";
    assert!(open(&[kms, (token_file, "")]).await.contains("encryption.vault.token_file: is missing"));
    assert!(open(&[kms, (token_file, "/nowhere")]).await.contains("/nowhere"));
    let google = World::google_key("one");
    let said = open(&[
        ("HEADWATER_ENCRYPTION__KMS", &google),
        ("HEADWATER_ENCRYPTION__GCP__TOKEN_FILE", ""),
        ("HEADWATER_ENCRYPTION__GCP__CREDENTIALS_FILE", &world.path("token")),
    ])
    .await;
    assert!(
        said.contains("credentials_file: this is no service account key") && !said.contains(TOKEN),
        "{said}"
    );
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keys and wrapping keys are all sevens here. The test runs in one thread, so that everything is captured: what the
/// libraries log too, and what the counterparts do.
#[tokio::test]
async fn no_key_and_no_token_is_logged_at_any_level() {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let world = World::new().await;
    for kms in world.services().await {
        let directory = tempfile::tempdir().unwrap();
        let data_dir = DataDir::open(directory.path()).unwrap();
        for _ in 0..2 {
            load_or_create_with(&EncryptionConfig::default(), &data_dir, &Sevens, Some(&*kms)).await.unwrap();
        }
        let other = world.vault_key("two");
        let file = data_dir.file(KEY_FILE);
        let renamed = fs::read_to_string(&file).unwrap().replace(&kms.key().to_string(), &other);
        fs::write(&file, renamed).unwrap();
        let config = world.with_kms(&other).encryption;
        let error = load_or_create(&config, &data_dir, &Sevens).await.unwrap_err();
        tracing::error!(error = told(&error), "as a program would log it");
    }
    drop(guard);
    let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("the key file was unwrapped") && log.contains("did not wrap this key file"),
        "{log}"
    );
    assert!(log.contains("TRACE"), "libraries were listened to");
    for secret in [STANDARD.encode([7; 32]), "7, 7, 7, 7".to_owned(), "\\u{7}".to_owned(), TOKEN.to_owned()] {
        let line = log.lines().find(|line| line.contains(&secret));
        assert!(line.is_none(), "{secret}: {line:?}");
    }
}
