//! The operator's own certificate and key, as PEM files. They are read again every minute, so that a renewed
//! certificate is picked up without a restart.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use headwater_domain::time::Timestamp;
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use super::renewing::{CertificateSource, Issued};
use super::validity::Validity;
use super::{TlsError, provider};

#[cfg(test)]
mod tests;

const READ_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// Two files of the operator.
pub struct Provided {
    certificate_file: PathBuf,
    key_file: PathBuf,
}

impl Provided {
    /// Nothing is read yet.
    pub fn new(certificate_file: PathBuf, key_file: PathBuf) -> Self {
        Self { certificate_file, key_file }
    }

    fn load(&self) -> Result<CertifiedKey, TlsError> {
        let chain = certificates(&self.certificate_file)?;
        let key = private_key(&self.key_file)?;
        CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
            Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                TlsError::Mismatch { certificate: self.certificate_file.clone(), key: self.key_file.clone() }
            }
            source => TlsError::Unusable { path: self.certificate_file.clone(), source },
        })
    }

    fn check_dates(&self, key: &CertifiedKey, now: Timestamp) -> Result<(), TlsError> {
        let damaged = || TlsError::NoCertificate(self.certificate_file.clone());
        let own = key.cert.first().ok_or_else(damaged)?;
        let validity = Validity::of(own).ok_or_else(damaged)?;
        if (validity.begins_at..=validity.ends_at).contains(&now) {
            return Ok(());
        }
        Err(TlsError::NotValidNow {
            path: self.certificate_file.clone(),
            begins_at: for_people(validity.begins_at),
            ends_at: for_people(validity.ends_at),
        })
    }
}

impl CertificateSource for Provided {
    fn issue(&self, now: Timestamp) -> Result<Issued, TlsError> {
        let key = self.load()?;
        self.check_dates(&key, now)?;
        Ok(Issued { key: Arc::new(key), renew_at: now.plus(READ_AGAIN_AFTER) })
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = read(path)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        Ok(_) | Err(_) => Err(TlsError::NoCertificate(path.to_path_buf())),
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(|_| TlsError::NoKey(path.to_path_buf()))
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    fs::read(path).map(Zeroizing::new).map_err(|source| TlsError::Read { path: path.to_path_buf(), source })
}

fn for_people(at: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(at.seconds())
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_else(|| format!("{} s", at.seconds()))
}
