//! One file with our CA and the machine's own roots.
//!
//! `REQUESTS_CA_BUNDLE` and `GRPC_DEFAULT_SSL_ROOTS_FILE_PATH` *replace* the roots of a program. Pointed at our CA
//! alone they would break every other HTTPS call that the same program makes.

use std::fs;
use std::path::Path;

/// Where systems keep their roots as one PEM file: Debian, Fedora, openSUSE, then Alpine and macOS.
pub(super) const SYSTEM_ROOTS: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// `ca`, then the first system file that has certificates in it. Without one, `ca` alone.
pub(super) fn trust_bundle(ca: &str, system_roots: &[impl AsRef<Path>]) -> String {
    let roots = system_roots
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .find(|text| text.contains("-----BEGIN CERTIFICATE-----"));
    if roots.is_none() {
        tracing::warn!("no root certificates of this system found: the trust bundle holds our own CA only");
    }
    let roots = roots.unwrap_or_default();
    format!("{}\n{}\n", ca.trim_end(), roots.trim_end()).trim_end().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_file_with_roots_is_taken() {
        let directory = tempfile::tempdir().unwrap();
        let (missing, empty, roots) = (
            directory.path().join("missing"),
            directory.path().join("empty"),
            directory.path().join("roots"),
        );
        fs::write(&empty, "# nothing\n").unwrap();
        fs::write(&roots, "-----BEGIN CERTIFICATE-----\nroots\n\n").unwrap();
        assert_eq!(trust_bundle("ca\n", &[&missing, &empty]), "ca\n");
        assert_eq!(
            trust_bundle("ca\n", &[&missing, &empty, &roots]),
            "ca\n-----BEGIN CERTIFICATE-----\nroots\n"
        );
    }
}
