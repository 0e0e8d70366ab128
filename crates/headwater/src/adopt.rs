//! `headwater adopt`: takes a restored or moved database into use.

use anyhow::Result;

use crate::arguments::ServerArguments;
use crate::offline;
use crate::terminal::{remark, say};

/// Runs the command.
pub(crate) async fn run(arguments: &ServerArguments) -> Result<()> {
    let service = offline::open(arguments).await?;
    let outcome = service.adopt_database().await;
    service.write_audit().await?;
    outcome?;
    say!("the database is now the one of {}", service.settings().base_url.origin().ascii_serialization());
    remark!(
        "Servers refresh tokens again within a minute, slowly for an hour; if the provider refuses most of them, they stop."
    );
    Ok(())
}
