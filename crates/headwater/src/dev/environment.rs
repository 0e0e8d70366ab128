//! The environment that makes SDKs talk to a development server.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use headwater_domain::id::ClientId;
use headwater_domain::role::Roles;
use headwater_domain::secret::Secret;
use headwater_server::assembly::Server;
use headwater_service::Service;

use crate::credentials::Credentials;

/// The file in the data directory that keeps the environment, so that a restart does not change it.
const FILE: &str = "sdk.env";
const ID: &str = "SCALEKIT_CLIENT_ID";
const SECRET: &str = "SCALEKIT_CLIENT_SECRET";

/// `KEY=value` lines for the published SDKs.
pub(super) struct SdkEnvironment {
    credentials: Credentials,
    text: String,
    path: PathBuf,
}

impl SdkEnvironment {
    /// Takes the credentials of an earlier run where they still work, and else creates an API client.
    pub(super) async fn prepare(server: &Server, data_dir: &Path) -> Result<Self> {
        let path = data_dir.join(FILE);
        let earlier = fs::read_to_string(&path).ok().and_then(|text| parse(&text));
        let credentials = match earlier {
            Some(credentials) if works(server.service(), &credentials).await => credentials,
            _ => create(server.service()).await?,
        };
        let environment = Self { text: lines(server, &credentials), credentials, path: path.clone() };
        environment.write(&path)?;
        Ok(environment)
    }

    /// Writes the lines to a file that only its owner may read, whoever could read what was there before.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        write_private(path, self.text.as_bytes())
            .with_context(|| format!("{} cannot be written", path.display()))
    }

    pub(super) fn credentials(&self) -> Credentials {
        self.credentials.clone()
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// The mode comes first: between the two, nobody else can open the file and wait for the secret. What another user has
/// put there is refused by the system, because only an owner changes a mode.
fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.set_len(0)?;
    file.write_all(content)
}

fn lines(server: &Server, credentials: &Credentials) -> String {
    let origin = server.origin();
    let mut pairs = vec![
        ("SCALEKIT_ENV_URL", origin.to_owned()),
        ("SCALEKIT_ENVIRONMENT_URL", origin.to_owned()),
        (ID, credentials.client_id.clone()),
        (SECRET, credentials.client_secret.clone()),
    ];
    if let Some(trust) = server.trust() {
        let (bundle, authority) = (trust.bundle.display().to_string(), trust.authority.display().to_string());
        // The Python SDK uses TLS for gRPC even where the URL says http. gRPC looks this name up when a channel is
        // made, so that it may come from a `.env` file that the program itself loads.
        pairs.push(("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", bundle.clone()));
        if origin.starts_with("https://") {
            pairs.push(("REQUESTS_CA_BUNDLE", bundle));
            pairs.push(("NODE_EXTRA_CA_CERTS", authority));
        }
    }
    pairs
        .into_iter()
        .flat_map(|(key, value)| [key.to_owned(), "=".to_owned(), value, "\n".to_owned()])
        .collect()
}

fn parse(text: &str) -> Option<Credentials> {
    let value =
        |key: &str| text.lines().find_map(|line| Some(line.strip_prefix(key)?.strip_prefix('=')?.to_owned()));
    Some(Credentials { client_id: value(ID)?, client_secret: value(SECRET)? })
}

async fn works(service: &Service, credentials: &Credentials) -> bool {
    let secret = Secret::new(credentials.client_secret.clone());
    let known = ClientId::parse(&credentials.client_id).is_ok();
    known && service.api_clients.authenticate(&credentials.client_id, &secret).await.is_ok()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the development client's secret is written for the developer's programs"
)]
async fn create(service: &Service) -> Result<Credentials> {
    let new = service.api_clients.create("development", Roles::ALL).await?;
    Ok(Credentials { client_id: new.client.id.to_string(), client_secret: new.secret.expose().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a9_an_environment_file_that_others_could_read_is_closed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(".env");
        fs::write(&path, "SOMETHING_LONGER_THAN_WHAT_COMES=1\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        write_private(&path, b"SCALEKIT_CLIENT_SECRET=x\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "SCALEKIT_CLIENT_SECRET=x\n");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn credentials_are_found_among_the_lines() {
        let text = "SCALEKIT_ENV_URL=x\nSCALEKIT_CLIENT_ID=skc_1\nSCALEKIT_CLIENT_SECRET=a=b\n";
        let found = parse(text).unwrap();
        assert_eq!((found.client_id.as_str(), found.client_secret.as_str()), ("skc_1", "a=b"));
        assert!(parse("SCALEKIT_CLIENT_ID=skc_1\n").is_none());
    }
}
