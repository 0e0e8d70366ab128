//! `headwater migrate`: brings the database's schema up to date, as a step of its own before servers are replaced.

use anyhow::Result;
use headwater_server::assembly::UseCases;

use crate::arguments::ServerArguments;
use crate::offline;
use crate::terminal::say;

/// Runs the command. No key is needed: the secrets are not touched.
pub(crate) async fn run(arguments: &ServerArguments) -> Result<()> {
    let config = offline::configuration(arguments)?;
    UseCases::migrate(&config).await?;
    say!("the schema is up to date");
    Ok(())
}
