//! `headwater token-key`: the keys that sign the access tokens of API clients.

use anyhow::Result;
use clap::{Args, Subcommand};
use headwater_server::new_signing_key;

use crate::arguments::ServerArguments;
use crate::offline;
use crate::terminal::{remark, say};

/// `headwater token-key`
#[derive(Args)]
pub(crate) struct TokenKeyArguments {
    #[command(flatten)]
    server: ServerArguments,
    #[command(subcommand)]
    action: TokenKeyAction,
}

/// What can be done with these keys.
#[derive(Subcommand)]
enum TokenKeyAction {
    /// Lists the keys, newest first.
    List,
    /// Adds a key, which signs after a minute. Tokens of the earlier ones work until they lapse.
    Rotate {
        /// Removes the earlier keys at once, because somebody else may know them: tokens that are out stop working within
        /// half a minute, and programs get new ones.
        #[arg(long)]
        revoke: bool,
    },
}

/// Runs the command. Servers that run find the keys by themselves.
pub(crate) async fn run(arguments: &TokenKeyArguments) -> Result<()> {
    let service = offline::open(&arguments.server).await?;
    match &arguments.action {
        TokenKeyAction::List => {
            for (id, created_at) in service.signing_keys.list().await? {
                say!("{id}  made {}", created_at.rfc3339());
            }
        }
        TokenKeyAction::Rotate { revoke } => {
            let outcome = if *revoke {
                service.signing_keys.revoke(new_signing_key).await
            } else {
                service.signing_keys.rotate(new_signing_key).await
            };
            service.audit.write().await?;
            say!("{}", outcome?);
            if *revoke {
                remark!(
                    "Tokens of earlier keys stop working within half a minute. Restart programs that keep /keys in memory."
                );
            } else {
                remark!(
                    "It signs in a minute. Programs that keep /keys in memory must read it again within the life of a token."
                );
            }
        }
    }
    Ok(())
}
