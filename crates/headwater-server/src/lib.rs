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
mod kms;
pub mod listener;
pub mod log;
pub mod process;
pub mod shutdown;
pub mod tls;
pub mod tools;
