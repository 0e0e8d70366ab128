//! What makes the parts one running server: configuration, one listening port with TLS, the data directory, the
//! machine's clock and randomness, signals and the log.

pub mod assembly;
#[cfg(feature = "chaos")]
mod chaos;
pub mod clock;
pub mod config;
pub mod data_dir;
pub mod doctor;
pub mod encryption_key;
pub mod entropy;
pub mod finding;
mod kms;
pub mod listener;
pub mod log;
pub mod private_file;
pub mod process;
pub mod shutdown;
mod strangers;
pub mod tls;
pub mod tools;

/// A new key for access tokens, as PKCS#8 PEM.
pub use headwater_api::new_signing_key;
