//! The use cases for a command that works beside a running server, or before there is one.

use anyhow::{Context as _, Result};
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

/// Opens the data directory that the configuration names.
pub(crate) async fn open(arguments: &ServerArguments) -> Result<Service> {
    let config = configuration(arguments)?;
    let data_dir = DataDir::beside(&config.data_dir)?;
    let origin = config.public_origin(config.listen.address);
    Ok(UseCases::open(&config, &data_dir, origin.as_str(), Mode::default()).await?.service)
}
