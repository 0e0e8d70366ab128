//! Tests of the certificate authority: who trusts what it issues, for which names, for how long.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use headwater_ports::clock::Clock as _;
use headwater_ports::fakes::ManualClock;
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls_pki_types::{ServerName, UnixTime};

use super::*;
use crate::tls::renewing::Renewing;

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What a client says that trusts `ca` and wants to talk to `name`.
fn verify(ca: &Path, shown: &CertifiedKey, name: &str, at: Timestamp) -> Result<(), rustls::Error> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca).unwrap() {
        // Some old root of the machine may be one that webpki does not take; ours has to be.
        drop(roots.add(certificate.unwrap()));
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build().unwrap();
    let at = UnixTime::since_unix_epoch(Duration::from_millis(u64::try_from(at.millis()).unwrap()));
    let (own, chain) = shown.cert.split_first().unwrap();
    verifier
        .verify_server_cert(own, chain, &ServerName::try_from(name.to_owned()).unwrap(), &[], at)
        .map(drop)
}

fn open(directory: &Path, names: &[&str], now: Timestamp) -> DevelopmentCa {
    let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
    DevelopmentCa::open(&DataDir::open(directory).unwrap(), &names, now).unwrap()
}

#[test]
fn its_certificates_are_trusted_for_every_name_and_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let ca = open(directory.path(), &["headwater.example.com", "192.0.2.7", "[2001:db8::1]"], NOW);
    let shown = ca.issue(NOW).unwrap().key;
    for name in ["localhost", "127.0.0.1", "::1", "headwater.example.com", "192.0.2.7", "2001:db8::1"] {
        verify(&ca.trust().authority, &shown, name, NOW).unwrap();
        verify(&ca.trust().bundle, &shown, name, NOW).unwrap();
    }
    assert!(verify(&ca.trust().authority, &shown, "other.example.com", NOW).is_err());
    let day_before = NOW.minus(DAY / 2);
    verify(&ca.trust().authority, &shown, "localhost", day_before).expect("a client whose clock is late");
    assert!(verify(&ca.trust().authority, &shown, "localhost", NOW.plus(2 * YEAR)).is_err());
}

#[test]
fn it_survives_restarts_and_new_names() {
    let directory = tempfile::tempdir().unwrap();
    let first = open(directory.path(), &["old.example.com"], NOW);
    let trusted = fs::read(&first.trust().authority).unwrap();
    drop(first);
    let later = NOW.plus(YEAR);
    for names in [&["old.example.com"][..], &[]] {
        let second = open(directory.path(), names, later);
        assert_eq!(fs::read(&second.trust().authority).unwrap(), trusted, "it covers {names:?}");
    }
    let third = open(directory.path(), &["new.example.com"], later);
    let shown = third.issue(later).unwrap().key;
    verify(&third.trust().authority, &shown, "new.example.com", later).unwrap();
    let earlier = directory.path().join("earlier.pem");
    fs::write(&earlier, trusted).unwrap();
    assert!(verify(&earlier, &shown, "new.example.com", later).is_err(), "it does not cover that");
    assert_eq!(open(directory.path(), &[], later).key.serialize_pem(), third.key.serialize_pem());
}

/// Who steals the key can still not speak for the rest of the world.
#[test]
fn a9_the_authority_can_speak_for_this_server_only() {
    let directory = tempfile::tempdir().unwrap();
    let mut ca = open(directory.path(), &["headwater.example.com"], NOW);
    ca.names = alternative_names(&["bank.example".to_owned()]).unwrap();
    let shown = ca.issue(NOW).unwrap().key;
    for name in ["bank.example", "localhost"] {
        assert!(verify(&ca.trust().authority, &shown, name, NOW).is_err(), "{name}");
    }
    ca.names = alternative_names(&["a.headwater.example.com".to_owned(), "127.9.9.9".to_owned()]).unwrap();
    let shown = ca.issue(NOW).unwrap().key;
    for name in ["a.headwater.example.com", "127.9.9.9", "localhost"] {
        verify(&ca.trust().authority, &shown, name, NOW).unwrap();
    }
}

/// Directories of releases without constraints.
#[test]
fn a9_an_authority_without_constraints_is_made_anew() {
    let directory = tempfile::tempdir().unwrap();
    let first = open(directory.path(), &[], NOW);
    let before = fs::read(&first.trust().authority).unwrap();
    drop(first);
    fs::remove_file(directory.path().join(PERMITTED_FILE)).unwrap();
    let second = open(directory.path(), &[], NOW.plus(DAY));
    assert_ne!(fs::read(&second.trust().authority).unwrap(), before);
}

#[test]
fn a9_an_authority_whose_key_others_can_write_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path(), &[], NOW));
    fs::set_permissions(directory.path().join(KEY_FILE), fs::Permissions::from_mode(0o666)).unwrap();
    let refused = DevelopmentCa::open(&DataDir::open(directory.path()).unwrap(), &[], NOW).err().unwrap();
    assert!(refused.to_string().contains("chmod 600"), "{refused}");
}

#[test]
fn only_the_owner_reads_the_key_and_the_bundle_has_the_ca() {
    let directory = tempfile::tempdir().unwrap();
    let ca = open(directory.path(), &[], NOW);
    let mode = |name: &str| fs::metadata(directory.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(KEY_FILE), mode("tls")), (0o600, 0o700));
    let own = fs::read_to_string(&ca.trust().authority).unwrap();
    assert!(fs::read_to_string(&ca.trust().bundle).unwrap().starts_with(own.trim_end()));
}

#[test]
fn two_authorities_do_not_pass_for_each_other() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (one, two) = (open(one.path(), &[], NOW), open(two.path(), &[], NOW));
    assert_ne!(one.parameters.distinguished_name, two.parameters.distinguished_name);
    let shown = two.issue(NOW).unwrap().key;
    assert!(verify(&one.trust().authority, &shown, "localhost", NOW).is_err());
}

#[test]
fn a_lost_certificate_is_made_again_for_the_same_key() {
    let directory = tempfile::tempdir().unwrap();
    let shown = open(directory.path(), &[], NOW).issue(NOW).unwrap().key;
    fs::remove_file(directory.path().join(CERTIFICATE_FILE)).unwrap();
    let healed = open(directory.path(), &[], NOW);
    verify(&healed.trust().authority, &shown, "localhost", NOW).expect("the key is the same");
}

#[test]
fn a_foreign_certificate_and_an_ending_one_are_replaced() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop((open(one.path(), &[], NOW), open(two.path(), &[], NOW)));
    fs::copy(two.path().join(CERTIFICATE_FILE), one.path().join(CERTIFICATE_FILE)).unwrap();
    let replaced = open(one.path(), &[], NOW);
    verify(&replaced.trust().authority, &replaced.issue(NOW).unwrap().key, "localhost", NOW).unwrap();
    drop(replaced);
    let end = NOW.plus(10 * YEAR);
    let renewed = open(one.path(), &[], end);
    assert!(renewed.ends_at > end.plus(9 * YEAR));
    verify(&renewed.trust().authority, &renewed.issue(end).unwrap().key, "localhost", end).unwrap();
}

#[test]
fn damaged_files_and_impossible_names_are_named() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path(), &[], NOW));
    let fails = |names: &[String]| {
        let data_dir = DataDir::open(directory.path()).unwrap();
        DevelopmentCa::open(&data_dir, names, NOW).err().unwrap().to_string()
    };
    let message = fails(&["bücher.example".to_owned()]);
    assert!(message.contains("bücher.example") && message.contains("tls.extra_names"), "{message}");
    for file in [CERTIFICATE_FILE, KEY_FILE] {
        let path = directory.path().join(file);
        let good = fs::read(&path).unwrap();
        fs::write(&path, "damaged").unwrap();
        let message = fails(&[]);
        assert!(message.contains(file) && message.contains("is damaged"), "{message}");
        fs::write(&path, good).unwrap();
    }
}

#[test]
fn the_shown_certificate_is_renewed_while_the_server_runs() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(NOW));
    let ca = open(directory.path(), &[], NOW);
    let path = ca.trust().authority.clone();
    let renewing = Renewing::new(Box::new(ca), clock.clone()).unwrap();
    let first = renewing.key();
    clock.advance(YEAR);
    assert!(Arc::ptr_eq(&first, &renewing.key()), "good for 30 more days");
    clock.advance(3 * DAY);
    let third = renewing.key();
    assert!(!Arc::ptr_eq(&first, &third));
    verify(&path, &third, "localhost", clock.now()).unwrap();
    assert!(Arc::ptr_eq(&third, &renewing.key()), "not made again for every client");
}

#[test]
fn the_configuration_decides_whose_certificate_is_shown() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = DataDir::open(directory.path()).unwrap();
    let clock = Arc::new(ManualClock::new(NOW));
    let mut config = crate::config::Config::default();
    let own = crate::tls::set_up(&config, None, &data_dir, clock.clone()).unwrap();
    assert_eq!(own.trust.unwrap().authority, data_dir.file(CERTIFICATE_FILE));
    // The authority's own files serve as somebody's certificate and key here.
    config.tls.certificate_file = Some(data_dir.file(CERTIFICATE_FILE));
    config.tls.key_file = Some(data_dir.file(KEY_FILE));
    assert_eq!(crate::tls::set_up(&config, None, &data_dir, clock).unwrap().trust, None);
}
