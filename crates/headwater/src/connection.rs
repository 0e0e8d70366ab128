//! `headwater connection`: the OAuth apps through which end users connect.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use headwater_domain::connection::Endpoints;
use headwater_domain::deployment::on_this_machine;
use headwater_domain::page::Page;
use headwater_domain::provider::ProviderKey;
use headwater_domain::secret::Secret;
use headwater_service::Service;
use headwater_service::connections::{ConnectionFilter, ConnectionSettings, NewConnection};
use url::Url;

use crate::arguments::{
    ChangedConnectionArguments, ConnectionAction, ConnectionArguments, NewConnectionArguments,
};
use crate::offline;
use crate::terminal::{remark, say};

/// The only provider so far.
pub(crate) const CONFLUENCE: &str = "CONFLUENCE";

/// Runs the command.
pub(crate) async fn run(arguments: ConnectionArguments) -> Result<()> {
    let service = offline::open(&arguments.server).await?;
    match arguments.action {
        ConnectionAction::Create(new) => create(&service, new).await,
        ConnectionAction::Update(changed) => update(&service, changed).await,
        ConnectionAction::List => list(&service).await,
    }
}

async fn create(service: &Service, new: NewConnectionArguments) -> Result<()> {
    service.deployment.keep_origin().await?;
    let settings = ConnectionSettings {
        client_id: Some(new.client_id),
        client_secret: Some(read_secret(&new.client_secret_file)?),
        scopes: new.scopes.as_deref().map(split),
        endpoints: new.provider_url.as_deref().map(endpoints_at).transpose()?,
        pkce: None,
        additional_tools: new.additional_tools,
    };
    let provider = ProviderKey::new(CONFLUENCE);
    let connection =
        service.connections.create(NewConnection { name: Some(new.name), provider, settings }).await?;
    say!("connection   {} ({})", connection.name, connection.id);
    say!("redirect URI {}", service.connections.redirect_uri(&connection.id));
    say!("scopes       {}", connection.scopes.join(" "));
    let origin = service.core.settings().base_url.origin().ascii_serialization();
    if on_this_machine(&origin) {
        remark!(
            "The redirect URI leads to this machine. Name the public address with --base-url, once: it is kept."
        );
    }
    remark!(
        "Enter the redirect URI as callback URL, and enable the scopes, in the Atlassian developer console."
    );
    Ok(())
}

async fn update(service: &Service, changed: ChangedConnectionArguments) -> Result<()> {
    let present = service.connections.named(&changed.name).await?;
    service.deployment.keep_origin().await?;
    let settings = ConnectionSettings {
        client_id: changed.client_id,
        client_secret: changed.client_secret_file.as_deref().map(read_secret).transpose()?,
        scopes: changed.scopes.as_deref().map(split),
        additional_tools: changed.additional_tools,
        ..ConnectionSettings::default()
    };
    let connection = service.connections.update(present.id.as_str(), None, settings).await?;
    say!("connection       {} ({})", connection.name, connection.id);
    say!("additional tools {}", if connection.additional_tools { "on" } else { "off" });
    say!("scopes           {}", connection.scopes.join(" "));
    if connection.scopes != present.scopes {
        remark!("End users must authorize again before their accounts have the new scopes.");
    }
    Ok(())
}

/// Scopes as people write them.
fn split(text: &str) -> Vec<String> {
    text.split([',', ' ']).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

async fn list(service: &Service) -> Result<()> {
    let page = Page { offset: 0, limit: 1000 };
    for connection in service.connections.list(&ConnectionFilter::default(), page).await?.items {
        let state = match (connection.enabled, connection.configured()) {
            (false, _) => "disabled",
            (true, false) => "not configured",
            (true, true) => "ready",
        };
        say!(
            "{}  {}  {}  {state}  {}",
            connection.id,
            connection.name,
            connection.provider,
            service.connections.redirect_uri(&connection.id)
        );
    }
    Ok(())
}

/// Where the endpoints of a sandbox at `base` are.
pub(crate) fn endpoints_at(base: &str) -> Result<Endpoints> {
    let base = base.trim_end_matches('/');
    let at = |path: &str| Url::parse(&format!("{base}{path}")).with_context(|| format!("`{base}` is no URL"));
    Ok(Endpoints {
        authorize: at("/authorize")?,
        token: at("/oauth/token")?,
        resources: at("/oauth/token/accessible-resources")?,
        api_base: at("")?,
    })
}

fn read_secret(path: &Path) -> Result<Secret> {
    let mut text = String::new();
    if path == Path::new("-") {
        std::io::stdin()
            .read_to_string(&mut text)
            .context("failed to read the client secret from standard input")?;
    } else {
        text = std::fs::read_to_string(path)
            .with_context(|| format!("failed to read the client secret from {}", path.display()))?;
    }
    let secret = text.trim();
    if secret.is_empty() {
        bail!("{} holds no client secret", path.display())
    }
    Ok(Secret::new(secret.to_owned()))
}
