//! `headwater adopt`: takes a restored or moved database into use.

use anyhow::Result;

use crate::arguments::ServerArguments;
use crate::offline;
use crate::terminal::{remark, say};

/// Runs the command.
pub(crate) async fn run(arguments: &ServerArguments) -> Result<()> {
    let service = offline::open_under_any_origin(arguments).await?.service;
    let outcome = service.deployment.adopt().await;
    service.audit.write().await?;
    match outcome? {
        Some(origin) => {
            say!("the database is now the one of {origin}");
        }
        None => {
            say!("the database is now this deployment's; it has no base_url yet, name one with --base-url");
        }
    }
    remark!(
        "Servers refresh tokens again within a minute, slowly for an hour; if the provider refuses most of them, they stop."
    );
    Ok(())
}
