//! Which role each method needs: one table for gRPC and REST, and the proxy. A method that is not in it is not served.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use headwater_domain::error_code::ErrorCode;
use headwater_domain::role::Role;
use headwater_service::caller::ensure_any;
use tonic::Code;

use crate::error;

/// What only looks at accounts and tools.
const LOOK: &[Role] = &[Role::Use, Role::Read];
/// What acts with or on accounts.
const USE: &[Role] = &[Role::Use];
/// What looks at how headwater is set up. Programs that use accounts look up connections.
const LOOK_UP: &[Role] = &[Role::Use, Role::Read, Role::Manage];
/// What looks at connections and webhooks in detail.
const INSPECT: &[Role] = &[Role::Read, Role::Manage];
/// What changes connections and webhooks.
const MANAGE: &[Role] = &[Role::Manage];

/// What raw requests need.
pub(crate) const PROXY: &[Role] = USE;

/// The roles of which a caller needs one, by method. Credentials come out of `GetConnectedAccountAuth` for those only
/// who have the role `credentials` besides; that is decided where they are read.
#[rustfmt::skip]
pub(crate) const METHODS: &[(&str, &[Role])] = &[
    ("scalekit.v1.tools.ToolService/ListTools", LOOK),
    ("scalekit.v1.tools.ToolService/ListScopedTools", LOOK),
    ("scalekit.v1.tools.ToolService/ListAvailableTools", LOOK),
    ("scalekit.v1.tools.ToolService/SearchTools", LOOK),
    ("scalekit.v1.tools.ToolService/ExecuteTool", USE),
    ("scalekit.v1.connected_accounts.ConnectedAccountService/ListConnectedAccounts", LOOK),
    ("scalekit.v1.connected_accounts.ConnectedAccountService/SearchConnectedAccounts", LOOK),
    ("scalekit.v1.connected_accounts.ConnectedAccountService/CreateConnectedAccount", USE),
    ("scalekit.v1.connected_accounts.ConnectedAccountService/UpdateConnectedAccount", USE),
    ("scalekit.v1.connected_accounts.ConnectedAccountService/DeleteConnectedAccount", USE),
    ("scalekit.v1.connected_accounts.ConnectedAccountService/GetMagicLinkForConnectedAccount", USE),
    ("scalekit.v1.connected_accounts.ConnectedAccountService/VerifyConnectedAccountUser", USE),
    ("scalekit.v1.connected_accounts.ConnectedAccountService/GetConnectedAccount", LOOK),
    ("scalekit.v1.connected_accounts.ConnectedAccountService/DisconnectConnectedAccount", USE),
    ("scalekit.v1.connected_accounts.ConnectedAccountService/GetConnectedAccountAuth", &[Role::Use, Role::Read, Role::Credentials]),
    ("scalekit.v1.connected_accounts.ConnectedAccountService/GetConnectedAccountDetails", LOOK),
    ("scalekit.v1.connections.ConnectionService/CreateEnvironmentConnection", MANAGE),
    ("scalekit.v1.connections.ConnectionService/GetEnvironmentConnection", INSPECT),
    ("scalekit.v1.connections.ConnectionService/UpdateEnvironmentConnection", MANAGE),
    ("scalekit.v1.connections.ConnectionService/DeleteEnvironmentConnection", MANAGE),
    ("scalekit.v1.connections.ConnectionService/EnableEnvironmentConnection", MANAGE),
    ("scalekit.v1.connections.ConnectionService/DisableEnvironmentConnection", MANAGE),
    ("scalekit.v1.connections.ConnectionService/ListConnections", LOOK_UP),
    ("scalekit.v1.connections.ConnectionService/ListAppConnections", LOOK_UP),
    ("scalekit.v1.events.EventsService/ListEvents", LOOK),
    ("scalekit.v1.events.EventsService/ListEventsPaginated", LOOK),
    ("headwater.v1.webhooks.WebhookService/CreateWebhook", MANAGE),
    ("headwater.v1.webhooks.WebhookService/ListWebhooks", INSPECT),
    ("headwater.v1.webhooks.WebhookService/GetWebhook", INSPECT),
    ("headwater.v1.webhooks.WebhookService/UpdateWebhook", MANAGE),
    ("headwater.v1.webhooks.WebhookService/DeleteWebhook", MANAGE),
    ("headwater.v1.webhooks.WebhookService/RotateWebhookSecret", MANAGE),
    ("headwater.v1.webhooks.WebhookService/ReplayDeliveries", MANAGE),
    ("headwater.v1.webhooks.WebhookService/ListDeliveries", INSPECT),
];

/// Lets a gRPC call through when the caller has a role that its method needs.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let Some(roles) = needed(path) else {
        let message = format!("/{path} is not a method of this server");
        return error::refusal(Code::Unimplemented, ErrorCode::Unimplemented, &message)
            .into_http::<axum::body::Body>()
            .into_response();
    };
    match ensure_any(roles) {
        Ok(()) => next.run(request).await,
        Err(error) => error::status(&error).into_http::<axum::body::Body>().into_response(),
    }
}

fn needed(path: &str) -> Option<&'static [Role]> {
    METHODS.iter().find(|(method, _)| *method == path).map(|(_, roles)| *roles)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost_reflect::DescriptorPool;

    use super::*;
    use crate::proto::DESCRIPTORS;

    #[test]
    fn d9_every_method_has_its_roles_and_no_other_is_listed() {
        let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
        let served: BTreeSet<String> = pool
            .services()
            .flat_map(|service| {
                let name = service.full_name().to_owned();
                service.methods().map(move |it| format!("{name}/{}", it.name())).collect::<Vec<_>>()
            })
            .collect();
        let listed: BTreeSet<String> = METHODS.iter().map(|(method, _)| (*method).to_owned()).collect();
        assert_eq!(served, listed);
        assert_eq!(listed.len(), METHODS.len(), "none is listed twice");
        assert!(METHODS.iter().all(|(_, roles)| !roles.is_empty()), "somebody may call each");
    }
}
