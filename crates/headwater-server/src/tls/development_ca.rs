//! Our own certificate authority, made once per data directory, for servers without a certificate of their own.
//!
//! Programs that are told to trust `tls/ca.pem` (or the trust bundle beside it) keep trusting the server across
//! restarts and changes of name. The server's own certificate lives in memory only: it costs less than a millisecond
//! to make, so it is made at every start and again before it runs out.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use headwater_domain::time::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::OffsetDateTime;

use super::renewing::{CertificateSource, Issued};
use super::trust_bundle::{SYSTEM_ROOTS, trust_bundle};
use super::validity::Validity;
use super::{TlsError, Trust, provider};
use crate::data_dir::DataDir;
use crate::private_file;

mod permitted;
#[cfg(test)]
mod tests;

use permitted::Permitted;

const CERTIFICATE_FILE: &str = "tls/ca.pem";
const KEY_FILE: &str = "tls/ca-key.pem";
/// The names that the certificate permits, one a line.
const PERMITTED_FILE: &str = "tls/ca-names";
const TRUST_BUNDLE_FILE: &str = "tls/trust-bundle.pem";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Clocks differ; a certificate from the future is refused.
const BACKDATED: Duration = DAY;
const CA_LIFETIME: Duration = Duration::from_secs(3650 * 24 * 60 * 60);
/// The most that any common verifier accepts from any authority is 398 days.
const LEAF_LIFETIME: Duration = Duration::from_secs(397 * 24 * 60 * 60);
const RENEWED_BEFORE_END: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Names that always mean this machine.
const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The certificate authority of one data directory, and the names that its server has.
pub struct DevelopmentCa {
    key: KeyPair,
    parameters: CertificateParams,
    certificate: CertificateDer<'static>,
    ends_at: Timestamp,
    names: Vec<SanType>,
    trust: Trust,
}

impl DevelopmentCa {
    /// Opens the authority in `data_dir`, or makes it there. `names` are host names and IP addresses that the server
    /// has besides those of the local machine.
    pub fn open(data_dir: &DataDir, names: &[String], now: Timestamp) -> Result<Self, TlsError> {
        let names = alternative_names(names)?;
        let key = open_key(data_dir)?;
        let permitted = Permitted::of(&names);
        let parameters = ca_parameters(&key, &permitted, now)?;
        let pem = open_certificate(data_dir, &key, &permitted, &parameters, now)?;
        let damaged = || TlsError::Damaged(data_dir.file(CERTIFICATE_FILE));
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| damaged())?;
        let ends_at = Validity::of(&certificate).ok_or_else(damaged)?.ends_at;
        let bundle = trust_bundle(&pem, &SYSTEM_ROOTS);
        let bundle = data_dir.write_public(TRUST_BUNDLE_FILE, bundle.as_bytes())?;
        let trust = Trust { authority: data_dir.file(CERTIFICATE_FILE), bundle };
        Ok(Self { key, parameters, certificate, ends_at, names, trust })
    }

    /// The files that make clients trust it.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    fn leaf_parameters(&self, now: Timestamp, ends_at: Timestamp) -> Result<CertificateParams, TlsError> {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, "headwater");
        parameters.not_before = date(now.minus(BACKDATED))?;
        parameters.not_after = date(ends_at)?;
        parameters.subject_alt_names.clone_from(&self.names);
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        parameters.use_authority_key_identifier_extension = true;
        Ok(parameters)
    }
}

impl CertificateSource for DevelopmentCa {
    fn issue(&self, now: Timestamp) -> Result<Issued, TlsError> {
        let ends_at = now.plus(LEAF_LIFETIME).min(self.ends_at);
        let key = KeyPair::generate().map_err(TlsError::Make)?;
        let issuer = Issuer::from_params(&self.parameters, &self.key);
        let leaf = self.leaf_parameters(now, ends_at)?.signed_by(&key, &issuer).map_err(TlsError::Make)?;
        let chain = vec![leaf.into(), self.certificate.clone()];
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let key = CertifiedKey::from_der(chain, key, &provider())
            .map_err(|source| TlsError::Unusable { path: self.trust.authority.clone(), source })?;
        Ok(Issued { key: Arc::new(key), renew_at: ends_at.minus(RENEWED_BEFORE_END) })
    }
}

fn open_key(data_dir: &DataDir) -> Result<KeyPair, TlsError> {
    // Programs trust whatever this key signs.
    private_file::check(&data_dir.file(KEY_FILE))?;
    if let Some(pem) = data_dir.read(KEY_FILE)? {
        return KeyPair::from_pem(&pem).map_err(|_| TlsError::Damaged(data_dir.file(KEY_FILE)));
    }
    let key = KeyPair::generate().map_err(TlsError::Make)?;
    data_dir.write_secret(KEY_FILE, key.serialize_pem().as_bytes())?;
    Ok(key)
}

/// The stored certificate while it is good; else a new one for the same key, which is also what heals a crash between
/// writing the key and writing the certificate.
fn open_certificate(
    data_dir: &DataDir,
    key: &KeyPair,
    permitted: &Permitted,
    parameters: &CertificateParams,
    now: Timestamp,
) -> Result<String, TlsError> {
    let covered = permitted.covered_by(&data_dir.read(PERMITTED_FILE)?.unwrap_or_default());
    if let Some(pem) = data_dir.read(CERTIFICATE_FILE)? {
        let damaged = || TlsError::Damaged(data_dir.file(CERTIFICATE_FILE));
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| damaged())?;
        let validity = Validity::of(&certificate).ok_or_else(damaged)?;
        if covered && now.plus(RENEWED_BEFORE_END) < validity.ends_at && belong_together(&certificate, key) {
            return Ok(pem.to_string());
        }
        tracing::warn!(
            "the certificate of headwater's own authority was made anew: programs that trust the earlier one must read it again"
        );
    }
    let pem = parameters.self_signed(key).map_err(TlsError::Make)?.pem();
    data_dir.write_public(CERTIFICATE_FILE, pem.as_bytes())?;
    // Behind it, so that a crash in between makes another certificate and never leaves one that covers too little.
    data_dir.write_public(PERMITTED_FILE, permitted.to_text().as_bytes())?;
    Ok(pem)
}

fn belong_together(certificate: &CertificateDer<'static>, key: &KeyPair) -> bool {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    CertifiedKey::from_der(vec![certificate.clone()], key, &provider()).is_ok()
}

/// The name is derived from the key and from nothing else: the same key must always give the same name, or the
/// certificates it signs no longer lead to the stored one; two authorities must not share one either.
fn ca_parameters(
    key: &KeyPair,
    permitted: &Permitted,
    now: Timestamp,
) -> Result<CertificateParams, TlsError> {
    let mut parameters = CertificateParams::default();
    let mut name = "headwater development CA ".to_owned();
    for byte in parameters.key_identifier(key).iter().take(4) {
        write!(name, "{byte:02x}").expect("invariant: writing to a String cannot fail");
    }
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.not_before = date(now.minus(BACKDATED))?;
    parameters.not_after = date(now.plus(CA_LIFETIME))?;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    // Programs are told to trust it for everything; so it must not be able to speak for anybody else.
    parameters.name_constraints = Some(permitted.constraints());
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(parameters)
}

fn date(at: Timestamp) -> Result<OffsetDateTime, TlsError> {
    OffsetDateTime::from_unix_timestamp(at.seconds()).map_err(|_| TlsError::Clock(at))
}

fn alternative_names(names: &[String]) -> Result<Vec<SanType>, TlsError> {
    let mut alternative_names = Vec::new();
    for name in LOCAL_NAMES.into_iter().chain(names.iter().map(String::as_str)) {
        let alternative = alternative_name(name)?;
        if !alternative_names.contains(&alternative) {
            alternative_names.push(alternative);
        }
    }
    Ok(alternative_names)
}

fn alternative_name(name: &str) -> Result<SanType, TlsError> {
    // URLs write IPv6 addresses in brackets.
    let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(SanType::IpAddress(address));
    }
    match name.try_into() {
        Ok(host) => Ok(SanType::DnsName(host)),
        Err(source) => Err(TlsError::Name { name: name.to_owned(), source }),
    }
}
