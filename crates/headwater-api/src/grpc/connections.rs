//! `scalekit.v1.connections.ConnectionService`, as far as applications and operators need it.

use headwater_domain::page::Page;
use headwater_domain::provider::ProviderKey;
use headwater_service::connections::{ConnectionFilter, ConnectionSettings, Connections, NewConnection};
use headwater_service::error::ServiceError;
use tonic::{Request, Response, Status, async_trait};

use super::checked;
use crate::error::status;
use crate::proto::connections::connection_service_server::ConnectionService;
use crate::proto::connections::{
    ConnectionType, CreateConnectionResponse, CreateEnvironmentConnectionRequest,
    DeleteEnvironmentConnectionRequest, GetConnectionResponse, GetEnvironmentConnectionRequest,
    ListAppConnectionsRequest, ListAppConnectionsResponse, ListConnectionsRequest, ListConnectionsResponse,
    ToggleConnectionResponse, ToggleEnvironmentConnectionRequest, UpdateConnectionResponse,
    UpdateEnvironmentConnectionRequest, update_connection::Settings,
};
use crate::wire::connection::{additional_tools, connection, for_list, settings};
use crate::wire::page::page;

const MAX_SIZE: u32 = 30;
const ALL: Page = Page { offset: 0, limit: 10_000 };

/// Answers calls about connections.
#[derive(Clone)]
pub(super) struct ConnectionHandlers {
    pub(super) connections: Connections,
}

#[async_trait]
impl ConnectionService for ConnectionHandlers {
    async fn create_environment_connection(
        &self,
        request: Request<CreateEnvironmentConnectionRequest>,
    ) -> Result<Response<CreateConnectionResponse>, Status> {
        let wanted = checked(request)?.connection.unwrap_or_default();
        ensure_oauth(wanted.r#type)?;
        let provider = provider_key(&wanted.provider_key)?;
        let name = wanted.key_id.filter(|name| !name.is_empty());
        let additional_tools = wanted.context.as_ref().and_then(additional_tools);
        let settings = ConnectionSettings { additional_tools, ..ConnectionSettings::default() };
        let new = NewConnection { name, provider, settings };
        let created = self.connections.create(new).await.map_err(|error| status(&error))?;
        Ok(Response::new(CreateConnectionResponse {
            connection: Some(connection(&self.connections, &created)),
        }))
    }

    async fn get_environment_connection(
        &self,
        request: Request<GetEnvironmentConnectionRequest>,
    ) -> Result<Response<GetConnectionResponse>, Status> {
        let request = checked(request)?;
        let found = self.connections.get(&request.connection_id).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetConnectionResponse { connection: Some(connection(&self.connections, &found)) }))
    }

    async fn update_environment_connection(
        &self,
        request: Request<UpdateEnvironmentConnectionRequest>,
    ) -> Result<Response<UpdateConnectionResponse>, Status> {
        let request = checked(request)?;
        let wanted = request.connection.unwrap_or_default();
        ensure_oauth(wanted.r#type)?;
        let present = self.connections.get(&request.connection_id).await.map_err(|error| status(&error))?;
        let settings = match wanted.settings {
            Some(Settings::OauthConfig(config)) => {
                settings(config, &present).map_err(|error| status(&error))?
            }
            None => ConnectionSettings::default(),
        };
        let name = wanted.key_id.filter(|name| !name.is_empty());
        let updated = self.connections.update(&request.connection_id, name.as_deref(), settings).await;
        let updated = updated.map_err(|error| status(&error))?;
        Ok(Response::new(UpdateConnectionResponse {
            connection: Some(connection(&self.connections, &updated)),
        }))
    }

    async fn delete_environment_connection(
        &self,
        request: Request<DeleteEnvironmentConnectionRequest>,
    ) -> Result<Response<()>, Status> {
        let request = checked(request)?;
        self.connections.delete(&request.connection_id).await.map_err(|error| status(&error))?;
        Ok(Response::new(()))
    }

    async fn enable_environment_connection(
        &self,
        request: Request<ToggleEnvironmentConnectionRequest>,
    ) -> Result<Response<ToggleConnectionResponse>, Status> {
        self.toggle(checked(request)?, true).await
    }

    async fn disable_environment_connection(
        &self,
        request: Request<ToggleEnvironmentConnectionRequest>,
    ) -> Result<Response<ToggleConnectionResponse>, Status> {
        self.toggle(checked(request)?, false).await
    }

    async fn list_connections(
        &self,
        request: Request<ListConnectionsRequest>,
    ) -> Result<Response<ListConnectionsResponse>, Status> {
        checked(request)?;
        let listing =
            self.connections.list(&ConnectionFilter::default(), ALL).await.map_err(|error| status(&error))?;
        Ok(Response::new(ListConnectionsResponse {
            connections: listing.items.iter().map(for_list).collect(),
        }))
    }

    async fn list_app_connections(
        &self,
        request: Request<ListAppConnectionsRequest>,
    ) -> Result<Response<ListAppConnectionsResponse>, Status> {
        let request = checked(request)?;
        let page = page(request.page_size, &request.page_token, MAX_SIZE, MAX_SIZE)
            .map_err(|error| status(&error))?;
        let filter = ConnectionFilter {
            provider: request.provider.filter(|it| !it.is_empty()).map(|it| it.to_ascii_uppercase()),
            query: request.query.filter(|it| !it.is_empty()),
        };
        let listing = self.connections.list(&filter, page).await.map_err(|error| status(&error))?;
        Ok(Response::new(ListAppConnectionsResponse {
            connections: listing.items.iter().map(for_list).collect(),
            next_page_token: page.next_token(listing.total),
            prev_page_token: page.previous_token(),
            total_size: listing.total,
        }))
    }
}

impl ConnectionHandlers {
    async fn toggle(
        &self,
        request: ToggleEnvironmentConnectionRequest,
        enabled: bool,
    ) -> Result<Response<ToggleConnectionResponse>, Status> {
        let changed = self.connections.set_enabled(&request.connection_id, enabled).await;
        let changed = changed.map_err(|error| status(&error))?;
        Ok(Response::new(ToggleConnectionResponse { enabled: changed.enabled, error_message: None }))
    }
}

fn provider_key(text: &str) -> Result<ProviderKey, Status> {
    if text.is_empty() {
        let message = "name the provider, such as CONFLUENCE";
        return Err(status(&ServiceError::invalid("connection.provider_key", "required", message)));
    }
    Ok(ProviderKey::new(text))
}

/// Confluence connects by OAuth; an unset type means the same.
fn ensure_oauth(kind: i32) -> Result<(), Status> {
    if kind == ConnectionType::Oauth as i32 || kind == ConnectionType::Invalid as i32 {
        return Ok(());
    }
    let message = "connections of this provider authorize by OAuth: use type OAUTH";
    Err(status(&ServiceError::invalid("connection.type", "OAUTH", message)))
}
