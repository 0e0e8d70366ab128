//! `headwater client`: the programs that may call headwater.

use std::time::Duration;

use anyhow::Result;
use headwater_domain::id::ClientId;
use headwater_service::api_clients::NewClientSecret;

use crate::arguments::{ClientAction, ClientArguments};
use crate::offline;
use crate::terminal::{remark, say};

/// Runs the command.
pub(crate) async fn run(arguments: ClientArguments) -> Result<()> {
    let service = offline::open(&arguments.server).await?;
    match arguments.action {
        ClientAction::Create { name } => show(&service.create_api_client(&name).await?),
        ClientAction::Rotate { id, grace_hours } => {
            let grace = Duration::from_secs(grace_hours.saturating_mul(3600));
            show(&service.rotate_api_client(&ClientId::parse(&id)?, grace).await?);
        }
        ClientAction::Delete { id } => {
            service.delete_api_client(&ClientId::parse(&id)?).await?;
            say!("{id} was removed; its access tokens stop working within seconds");
        }
        ClientAction::List => {
            for client in service.list_api_clients().await? {
                let live = client.secrets.iter().filter(|secret| secret.live(service.now())).count();
                say!("{}  {}  ({live} live secrets)", client.id, client.name);
            }
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a new client secret is shown to the operator, once")]
fn show(new: &NewClientSecret) {
    say!("SCALEKIT_CLIENT_ID={}", new.client.id);
    say!("SCALEKIT_CLIENT_SECRET={}", new.secret.expose());
    remark!("The secret is not kept and cannot be shown again.");
}
