//! The use cases for a command that works beside a running server, or before there is one.

use anyhow::{Context as _, Result, bail};
use headwater_server::assembly::{Mode, UseCases};
use headwater_server::config::environment::Environment;
use headwater_server::config::secret_text::SecretText;
use headwater_server::config::{Config, Purpose};
use headwater_server::data_dir::DataDir;
use headwater_service::Service;

use crate::arguments::ServerArguments;

/// Reads the configuration as `serve` would.
pub(crate) fn configuration(arguments: &ServerArguments) -> Result<Config> {
    let mut config = Config::load(
        Purpose::Serve,
        arguments.config.as_deref(),
        Environment::of_process(),
        &arguments.overrides(),
    )
    .context("the configuration cannot be used")?;
    if let Some(url) = &arguments.database_url {
        config.database.set_url(SecretText::new(url.clone()));
    }
    Ok(config)
}

/// Opens the data directory that the configuration names. Refuses to work under another origin than the one that the
/// database belongs to: redirect URIs and links would be wrong.
pub(crate) async fn open(arguments: &ServerArguments) -> Result<Service> {
    let opened = open_under_any_origin(arguments).await?;
    if let Some(bound) = opened.contradicted {
        let named = opened.service.core.settings().base_url.origin().ascii_serialization();
        bail!(
            "the database belongs to {bound}, but base_url is {named}. Leave base_url out, or, if the deployment has \
             moved there, confirm it first: headwater adopt --base-url {named}"
        )
    }
    Ok(opened.service)
}

/// The same for commands that tell or mend the difference.
pub(crate) async fn open_under_any_origin(arguments: &ServerArguments) -> Result<UseCases> {
    let config = configuration(arguments)?;
    let data_dir = DataDir::beside(&config.data_dir)?;
    Ok(UseCases::open(&config, &data_dir, Mode::default()).await?)
}
