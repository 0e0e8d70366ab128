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
        ClientAction::Create { name, roles } => {
            service.deployment.keep_origin().await?;
            let new = service.api_clients.create(&name, roles.into_iter().collect()).await?;
            remark!("roles: {}", new.client.roles);
            show(&new);
        }
        ClientAction::Update { id, roles } => {
            let client =
                service.api_clients.set_roles(&ClientId::parse(&id)?, roles.into_iter().collect()).await?;
            say!("{id} has the roles: {}; they count within seconds", client.roles);
        }
        ClientAction::Rotate { id, grace_hours } => {
            let grace = Duration::from_secs(grace_hours.saturating_mul(3600));
            show(&service.api_clients.rotate(&ClientId::parse(&id)?, grace).await?);
        }
        ClientAction::Delete { id } => {
            service.api_clients.delete(&ClientId::parse(&id)?).await?;
            say!("{id} was removed; its access tokens stop working within seconds");
        }
        ClientAction::List => {
            for client in service.api_clients.list().await? {
                let live = client.secrets.iter().filter(|secret| secret.live(service.core.now())).count();
                say!("{}  {}  ({live} live secrets)  roles: {}", client.id, client.name, client.roles);
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
