//! What a development server has from the start.

use anyhow::Result;
use headwater_domain::error::ErrorKind;
use headwater_domain::provider::ProviderKey;
use headwater_domain::secret::Secret;
use headwater_sandbox::Client;
use headwater_server::tools::scopes::every_scope;
use headwater_service::Service;
use headwater_service::connections::{ConnectionSettings, NewConnection};

use crate::connection::{CONFLUENCE, endpoints_at};
use crate::sandbox::{RunningSandbox, made_up_secret};

/// The connection that points at the sandbox.
pub(super) const CONNECTION: &str = "confluence";
/// The OAuth app that the sandbox knows headwater as.
const APP: &str = "headwater-dev";

/// Makes the connection, or points the one that is there at this run's sandbox; and registers the OAuth app there
/// with a new secret, so that no secret needs to be kept in two places.
pub(super) async fn connection(service: &Service, running: &RunningSandbox) -> Result<()> {
    let secret = made_up_secret();
    let settings = || -> Result<ConnectionSettings> {
        Ok(ConnectionSettings {
            client_id: Some(APP.to_owned()),
            client_secret: Some(Secret::new(secret.clone())),
            scopes: Some(every_scope()?),
            endpoints: Some(endpoints_at(&running.url)?),
            ..ConnectionSettings::default()
        })
    };
    let connection = match service.connections.named(CONNECTION).await {
        Ok(existing) => service.connections.update(existing.id.as_str(), None, settings()?).await?,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let (name, provider) = (Some(CONNECTION.to_owned()), ProviderKey::new(CONFLUENCE));
            service.connections.create(NewConnection { name, provider, settings: settings()? }).await?
        }
        Err(error) => return Err(error.into()),
    };
    let client = Client {
        client_id: APP.to_owned(),
        client_secret: secret.clone(),
        redirect_uris: vec![service.connections.redirect_uri(&connection.id)],
        name: "headwater (development)".to_owned(),
        scopes: Vec::new(),
    };
    running.sandbox.register_client(client).await?;
    Ok(())
}
