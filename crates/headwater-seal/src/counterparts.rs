//! Stand-ins for key management services, for tests: they speak the services' protocols over real sockets, encrypt with
//! AES-256-GCM and authenticated data, check credentials, and answer mistakes as the services do. Never for anything
//! else: their keys are made up and forgotten.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use headwater_ports::entropy::Entropy;
use tokio::net::TcpListener;

use crate::envelope::{decrypt, encrypt};

mod aws;
mod gcp;
mod vault;

pub use aws::AwsCounterpart;
pub use gcp::GcpCounterpart;
pub use vault::VaultCounterpart;

/// Serves `router` on a free port of this machine for as long as the runtime lives.
pub async fn serve(router: Router) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    drop(tokio::spawn(async move { axum::serve(listener, router).await }));
    Ok(address)
}

/// The keys of a counterpart, in versions; those that were destroyed are gone.
struct Keys {
    versions: Mutex<HashMap<String, Vec<Option<[u8; 32]>>>>,
    entropy: Arc<dyn Entropy>,
}

/// Why a counterpart does not encrypt or decrypt.
#[derive(Debug, PartialEq, Eq)]
enum Trouble {
    Unknown,
    Destroyed,
    Rejected,
}

impl Keys {
    fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self { versions: Mutex::default(), entropy }
    }

    /// Adds a version to a key, and the key if there is none.
    fn add(&self, name: &str) {
        let mut key = [0; 32];
        self.entropy.fill(&mut key);
        self.lock().entry(name.to_owned()).or_default().push(Some(key));
    }

    /// Destroys every version that there is.
    fn destroy(&self, name: &str) {
        for version in self.lock().get_mut(name).into_iter().flatten() {
            *version = None;
        }
    }

    /// The number of the version that encrypted, from 1, and the ciphertext.
    fn encrypt(&self, name: &str, place: &[u8], plaintext: &[u8]) -> Result<(usize, Vec<u8>), Trouble> {
        let keys = self.lock();
        let versions = keys.get(name).ok_or(Trouble::Unknown)?;
        let key = versions.last().copied().flatten().ok_or(Trouble::Destroyed)?;
        let bytes = encrypt(&key, place, plaintext, &*self.entropy).ok_or(Trouble::Rejected)?;
        Ok((versions.len(), bytes))
    }

    fn decrypt(&self, name: &str, version: usize, place: &[u8], bytes: &[u8]) -> Result<Vec<u8>, Trouble> {
        let keys = self.lock();
        let versions = keys.get(name).ok_or(Trouble::Unknown)?;
        let key = version.checked_sub(1).and_then(|it| versions.get(it)).ok_or(Trouble::Rejected)?;
        let key = key.ok_or(Trouble::Destroyed)?;
        decrypt(&key, place, bytes).map(|it| it.to_vec()).ok_or(Trouble::Rejected)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Option<[u8; 32]>>>> {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
