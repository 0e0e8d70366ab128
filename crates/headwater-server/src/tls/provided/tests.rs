//! Tests of the operator's files: each mistake has its own message, and a renewed certificate is picked up.

use headwater_ports::clock::Clock as _;
use headwater_ports::fakes::ManualClock;
use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

use super::*;
use crate::tls::renewing::Renewing;

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
const DAY: i64 = 86_400;

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn certificate(&self) -> PathBuf {
        self.0.path().join("certificate.pem")
    }

    fn key(&self) -> PathBuf {
        self.0.path().join("key.pem")
    }

    /// Writes a certificate that is valid from and to these many seconds around now, and its key.
    fn fill(&self, from: i64, to: i64) {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(["headwater.example.com".to_owned()]).unwrap();
        parameters.not_before = OffsetDateTime::from_unix_timestamp(NOW.seconds() + from).unwrap();
        parameters.not_after = OffsetDateTime::from_unix_timestamp(NOW.seconds() + to).unwrap();
        fs::write(self.certificate(), parameters.self_signed(&key).unwrap().pem()).unwrap();
        fs::write(self.key(), key.serialize_pem()).unwrap();
    }

    fn source(&self) -> Provided {
        Provided::new(self.certificate(), self.key())
    }

    fn fails_with(&self, expected: &[&str]) {
        let message = self.source().issue(NOW).err().expect("an error").to_string();
        for part in expected {
            assert!(message.contains(part), "{part:?} is not in {message:?}");
        }
    }
}

#[test]
fn a_good_pair_is_shown() {
    let files = Files::new();
    files.fill(-DAY, DAY);
    let issued = files.source().issue(NOW).unwrap();
    assert_eq!((issued.key.cert.len(), issued.renew_at), (1, NOW.plus(READ_AGAIN_AFTER)));
}

#[test]
fn every_mistake_is_named_with_its_file() {
    let files = Files::new();
    files.fails_with(&["certificate.pem", "check the path"]);
    files.fill(-DAY, DAY);
    let (certificate, key) = (fs::read(files.certificate()).unwrap(), fs::read(files.key()).unwrap());

    fs::write(files.certificate(), &key).unwrap();
    files.fails_with(&["certificate.pem has no certificate"]);
    fs::write(files.certificate(), "-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n").unwrap();
    files.fails_with(&["certificate.pem has no certificate"]);
    fs::write(files.certificate(), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    files.fails_with(&["certificate.pem"]);
    fs::write(files.certificate(), &certificate).unwrap();

    fs::write(files.key(), &certificate).unwrap();
    files.fails_with(&["key.pem has no private key"]);
    fs::write(
        files.key(),
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    )
    .unwrap();
    files.fails_with(&["key.pem has no private key", "without a passphrase"]);
    fs::write(files.key(), KeyPair::generate().unwrap().serialize_pem()).unwrap();
    files.fails_with(&["key.pem is not the one of", "certificate.pem"]);
    fs::remove_file(files.key()).unwrap();
    files.fails_with(&["read the TLS file", "key.pem"]);
}

#[test]
fn a_certificate_out_of_its_time_is_refused_at_the_start() {
    let files = Files::new();
    files.fill(-2 * DAY, -DAY);
    files.fails_with(&["certificate.pem is not valid now", "2026-11-"]);
    files.fill(DAY, 2 * DAY);
    files.fails_with(&["is not valid now"]);
}

#[test]
fn a_renewed_certificate_is_picked_up_and_a_broken_one_is_not() {
    let files = Files::new();
    files.fill(-DAY, 10 * DAY);
    let clock = Arc::new(ManualClock::new(NOW));
    let renewing = Renewing::new(Box::new(files.source()), clock.clone()).unwrap();
    let first = renewing.key().cert.clone();
    files.fill(-DAY, 20 * DAY);
    assert_eq!(renewing.key().cert, first, "not before its time");
    clock.advance(READ_AGAIN_AFTER);
    let second = renewing.key().cert.clone();
    assert_ne!(second, first);
    fs::write(files.certificate(), "half writ").unwrap();
    clock.advance(READ_AGAIN_AFTER);
    assert_eq!(renewing.key().cert, second, "the good one stays in use");
    files.fill(-DAY, 30 * DAY);
    clock.advance(READ_AGAIN_AFTER);
    assert_ne!(renewing.key().cert, second);
    assert!(clock.now() > NOW);
}
