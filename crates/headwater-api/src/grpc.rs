//! The gRPC services.

mod connected_accounts;
mod connections;
mod events;
mod tools;
mod webhooks;

use axum::Router;
use axum::extract::Request;
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use headwater_domain::error_code::ErrorCode;
use headwater_service::Service;
use tonic::service::Routes;
use tonic::{Code, Status};

use self::connected_accounts::AccountHandlers;
use self::connections::ConnectionHandlers;
use self::events::EventHandlers;
use self::tools::ToolHandlers;
use self::webhooks::WebhookHandlers;
use crate::proto::connected_accounts::connected_account_service_server::ConnectedAccountServiceServer;
use crate::proto::connections::connection_service_server::ConnectionServiceServer;
use crate::proto::events::events_service_server::EventsServiceServer;
use crate::proto::tools::tool_service_server::ToolServiceServer;
use crate::proto::webhooks::webhook_service_server::WebhookServiceServer;
use crate::rules::{Checked, check};
use crate::{authenticate, error, roles};

/// All services; messages of up to `limit` bytes are read.
pub(crate) fn router(service: &Service, limit: usize) -> Router {
    let Service { tools, accounts, connect, events, webhooks, connections, .. } = service.clone();
    let accounts = AccountHandlers { accounts, connect };
    Routes::new(ToolServiceServer::new(ToolHandlers { tools }).max_decoding_message_size(limit))
        .add_service(ConnectedAccountServiceServer::new(accounts).max_decoding_message_size(limit))
        .add_service(EventsServiceServer::new(EventHandlers { events }).max_decoding_message_size(limit))
        .add_service(WebhookServiceServer::new(WebhookHandlers { webhooks }).max_decoding_message_size(limit))
        .add_service(
            ConnectionServiceServer::new(ConnectionHandlers { connections }).max_decoding_message_size(limit),
        )
        .prepare()
        .into_axum_router()
        .reset_fallback()
        .route_layer(middleware::from_fn(roles::guard))
}

/// The answer to a gRPC call of a service that there is not: gRPC's own "unimplemented", never a web page.
pub(crate) fn unknown(request: &Request) -> Option<Response> {
    authenticate::grpc(request.headers()).then(|| {
        let message = format!("{} is not a method of this server", request.uri().path());
        error::refusal(Code::Unimplemented, ErrorCode::Unimplemented, &message)
            .into_http::<axum::body::Body>()
            .into_response()
    })
}

/// Takes a request's message out of its envelope, once it keeps the rules.
fn checked<M: Checked>(request: tonic::Request<M>) -> Result<M, Status> {
    let message = request.into_inner();
    check(&message).map_err(|error| error::status(&error))?;
    Ok(message)
}
