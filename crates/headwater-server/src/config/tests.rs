//! Tests of the sources together: which one wins, and what is said when something is wrong.

use super::log::LogFormat;
use super::*;

struct Given<'a> {
    purpose: Purpose,
    toml: &'a str,
    environment: &'a [(&'a str, &'a str)],
    overrides: Overrides,
}

impl Default for Given<'_> {
    fn default() -> Self {
        Self { purpose: Purpose::Serve, toml: "", environment: &[], overrides: Overrides::default() }
    }
}

fn load(given: &Given<'_>) -> Result<Config, ConfigError> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("headwater.toml");
    fs::write(&file, given.toml).unwrap();
    let environment =
        Environment::new(given.environment.iter().map(|&(name, value)| (name.into(), value.into())));
    Config::load(given.purpose, Some(&file), environment, &given.overrides)
}

/// The message must contain every part; with the messages in a table, a change of wording is seen in one place.
fn fails(given: &Given<'_>, expected: &[&str]) {
    let message = load(given).expect_err("an error").to_string();
    for part in expected {
        assert!(message.contains(part), "{part:?} is not in {message:?}");
    }
}

#[test]
fn the_defaults_are_usable() {
    let serve = load(&Given::default()).unwrap();
    assert_eq!(serve.listen.address, "0.0.0.0:7443".parse().unwrap());
    assert_eq!(serve.data_dir, Path::new("headwater-data"));
    assert_eq!(serve.limits.listener(), crate::listener::limits::Limits::default());
    assert_eq!(serve.token.lifetime().as_secs(), 3600);
    assert!(serve.encryption.operators_key().unwrap().is_none());
    let development = load(&Given { purpose: Purpose::Development, ..Given::default() }).unwrap();
    assert_eq!(development.listen.address, "127.0.0.1:7443".parse().unwrap());
    assert_eq!(development.data_dir, Path::new(".headwater"));
}

#[test]
fn later_sources_win_setting_by_setting() {
    let toml = r#"
        base_url = "https://file.example"
        data_dir = "from-file"
        [listen]
        address = "127.0.0.1:1"
        [log]
        level = "debug"
        format = "json"
    "#;
    let environment = [("HEADWATER_BASE_URL", "https://variable.example"), ("HEADWATER_LOG__LEVEL", "warn")];
    let overrides = Overrides {
        base_url: Some("https://line.example".to_owned()),
        listen_address: Some("127.0.0.1:3".parse().unwrap()),
        ..Overrides::default()
    };
    let config =
        load(&Given { purpose: Purpose::Development, toml, environment: &environment, overrides }).unwrap();
    assert_eq!(config.base_url.as_ref().unwrap().as_str(), "https://line.example");
    assert_eq!(config.data_dir, Path::new("from-file"));
    assert_eq!(config.listen.address.port(), 3);
    assert_eq!((config.log.level.as_str(), config.log.format), ("warn", LogFormat::Json));
}

#[test]
fn variables_reach_every_kind_of_setting() {
    let environment = [
        ("HEADWATER_LIMITS__CONNECTIONS", "7"),
        ("HEADWATER_TOKEN__LIFETIME_SECONDS", "90"),
        ("HEADWATER_LINK__LIFETIME_SECONDS", "120"),
        ("HEADWATER_UPSTREAM__ALLOW_HOSTS", "localhost:7444, 10.0.0.1"),
        ("HEADWATER_TLS__EXTRA_NAMES", "a.example,b.example,"),
        ("HEADWATER_LOG__FORMAT", "json"),
        ("HEADWATER_DATA_DIR", "42"),
        ("HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY", "424242"),
        ("HEADWATER_ENCRYPTION__KMS", "vault-transit:https://vault.example/transit/keys/k"),
        ("HEADWATER_ENCRYPTION__VAULT__TOKEN", "434343"),
        ("HEADWATER_ENCRYPTION__VAULT__NAMESPACE", "team"),
        ("HEADWATER_BASE_URL", ""),
        ("OTHER_SETTING", "x"),
    ];
    let config = load(&Given { environment: &environment, ..Given::default() }).unwrap();
    assert_eq!((config.limits.connections, config.token.lifetime_seconds), (7, 90));
    assert_eq!(config.link.lifetime().as_secs(), 120);
    assert_eq!(config.upstream.allow_hosts.len(), 2);
    assert_eq!(config.certificate_names(config.base_url.as_ref()), ["a.example", "b.example"]);
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.data_dir, Path::new("42"), "digits stay text where text is meant");
    assert!(config.encryption.operators_key().unwrap().is_some());
    assert!(config.encryption.kms.is_some() && config.encryption.vault.token().unwrap().is_some());
    assert_eq!(config.encryption.vault.namespace.as_deref(), Some("team"), "a section in a section");
    assert!(config.base_url.is_none(), "an empty variable is not set");
    let shown = format!("{config:?}");
    assert!(!shown.contains("424242") && !shown.contains("434343"), "{shown}");
}

#[test]
fn lists_are_lists_in_the_file() {
    let toml = "[tls]\nextra_names = ['a.example']\n[upstream]\nallow_hosts = ['localhost:1', '[::1]']";
    let overrides = Overrides { base_url: Some("https://c.example:8443".to_owned()), ..Overrides::default() };
    let config = load(&Given { toml, overrides, ..Given::default() }).unwrap();
    assert_eq!(config.certificate_names(config.base_url.as_ref()), ["a.example", "c.example"]);
    assert_eq!(config.upstream.allow_hosts.len(), 2);
}

#[test]
fn what_kubernetes_sets_for_a_service_of_our_name_is_ignored() {
    let environment = [
        ("HEADWATER_SERVICE_HOST", "10.0.0.1"),
        ("HEADWATER_SERVICE_PORT", "7443"),
        ("HEADWATER_SERVICE_PORT_HTTPS", "7443"),
        ("HEADWATER_PORT", "tcp://10.0.0.1:7443"),
        ("HEADWATER_PORT_7443_TCP_ADDR", "10.0.0.1"),
        ("HEADWATER_CONFIG", "headwater.toml"),
    ];
    load(&Given { environment: &environment, ..Given::default() }).unwrap();
}

#[test]
fn unknown_settings_are_named_with_their_place() {
    for (toml, expected) in [
        ("base_ulr = 'x'", &["unknown setting base_ulr", "headwater.toml", "did you mean base_url?"][..]),
        ("[listen]\nadress = 'x'", &["unknown setting listen.adress", "headwater.toml", "address"]),
        ("[listen]\nqqq = 'x'", &["unknown setting listen.qqq", "known here: address"]),
        ("[lissten]\naddress = 'x'", &["unknown setting lissten (in ", "did you mean listen?"]),
    ] {
        fails(&Given { toml, ..Given::default() }, expected);
    }
    let environment = [("HEADWATER_LISTEN__ADRESS", "127.0.0.1:1")];
    let expected = ["unknown setting listen.adress (HEADWATER_LISTEN__ADRESS)"];
    fails(
        &Given { environment: &environment, toml: "[listen]\naddress='127.0.0.1:2'", ..Given::default() },
        &expected,
    );
}

#[test]
fn wrong_values_say_where_and_what_is_expected() {
    for (toml, expected) in [
        ("base_url = 'https://x/path'", &["base_url (in ", "headwater.toml)", "end after host and port"][..]),
        ("[listen]\naddress = 'localhost'", &["listen.address (in ", "such as 127.0.0.1:7443"]),
        ("listen = 'x'", &["listen (in ", "must be a table of settings, not this text"]),
        (
            "[limits]\nconnections = 'many'",
            &["limits.connections (in ", "a whole number from 0, not this text"],
        ),
        ("[limits]\nconnections = -1", &["limits.connections (in ", "a whole number from 0"]),
        ("[encryption]\nkms = 'azure:x'", &["encryption.kms (in ", "aws-kms:, gcp-kms: or vault-transit:"]),
        ("[encryption]\nkms = 'gcp-kms:k'", &["encryption.kms (in ", "keyRings/RING/cryptoKeys/KEY"]),
        ("[log]\nformat = 'xml'", &["log.format (in ", "must be one of text, json"]),
        ("[tls]\nextra_names = 3", &["tls.extra_names (in ", "must be a list of text, not a whole number"]),
        ("[upstream]\nallow_hosts = ['http://x']", &["upstream.allow_hosts (in ", "write host or host:port"]),
        ("[listen", &["line 1, column 8"]),
    ] {
        fails(&Given { toml, ..Given::default() }, expected);
    }
    let environment = [("HEADWATER_LISTEN__ADDRESS", "7443")];
    fails(
        &Given { environment: &environment, ..Given::default() },
        &["listen.address (HEADWATER_LISTEN__ADDRESS)", "an IP address and a port"],
    );
    let overrides = Overrides { base_url: Some("x".to_owned()), ..Overrides::default() };
    fails(&Given { overrides, ..Given::default() }, &["base_url (on the command line)", "must be a URL"]);
}

#[test]
fn settings_that_do_not_go_together_are_refused() {
    for (toml, expected) in [
        ("data_dir = ''", "data_dir: must not be empty"),
        ("[tls]\ncertificate_file = 'a'", "tls.key_file: is missing"),
        ("[tls]\nkey_file = 'a'", "tls.certificate_file: is missing"),
        (
            "[tls]\nkey_file = 'a'\ncertificate_file = 'b'\nextra_names = ['c']",
            "tls.extra_names: has no effect",
        ),
        (
            "[encryption]\nkey_encryption_key = 'a'\nkey_encryption_key_file = 'b'",
            "encryption.key_encryption_key: is given itself and as a file",
        ),
        (
            "[encryption.vault]\ntoken = 'a'\ntoken_file = 'b'",
            "encryption.vault.token: is given itself and as a file",
        ),
        (
            "[encryption.gcp]\ncredentials_file = 'a'\ntoken_file = 'b'",
            "encryption.gcp.token_file: and encryption.gcp.credentials_file are both given",
        ),
        (
            "[encryption.gcp]\nendpoint = 'http://kms.example'",
            "encryption.gcp.endpoint: must begin with https",
        ),
        ("[encryption.gcp]\nendpoint = 'http://localhost.example'", "encryption.gcp.endpoint: must begin"),
        ("[token]\nlifetime_seconds = 0", "token.lifetime_seconds: must be from 60"),
        ("[link]\nlifetime_seconds = 86401", "link.lifetime_seconds: must be from 60"),
        ("[limits]\nbody_bytes = 0", "limits.body_bytes: must be from 1024 to 1073741824"),
        ("[limits]\nhttp2_idle_timeout_seconds = 240", "limits.http2_idle_timeout_seconds: must be from 300"),
        ("[log]\nlevel = 'loud,,='", "log.level: must be error, warn"),
        ("[log]\nlevel = ' '", "log.level: must be error, warn"),
    ] {
        fails(&Given { toml, ..Given::default() }, &[expected]);
    }
}

#[test]
fn f1_messages_do_not_repeat_values() {
    for toml in [
        "[encryption]\nkey_encryption_key = 31337",
        "[encryption]\nkey_encryption_key = 31337.5",
        "[encryption]\nkey_encryption_key = unquoted31337",
        "[encryption]\nkey_encryption_key = ['31337']",
        "encryption = '31337'",
        "[limits]\nconnections = 'x31337'",
    ] {
        let message = load(&Given { toml, ..Given::default() }).unwrap_err().to_string();
        assert!(!message.contains("31337"), "{message}");
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let environment = Environment::default();
    let missing = Path::new("/nonexistent/headwater.toml");
    let error = Config::load(Purpose::Serve, Some(missing), environment, &Overrides::default()).unwrap_err();
    assert!(error.to_string().contains("/nonexistent/headwater.toml"));
    assert!(Config::load(Purpose::Serve, None, Environment::default(), &Overrides::default()).is_ok());
}
