//! Connections.

use headwater_domain::connection::Connection;
use headwater_domain::secret::Secret;
use headwater_service::connections::{ConnectionSettings, Connections};
use headwater_service::error::ServiceError;
use prost_types::Struct;
use prost_types::value::Kind;
use url::Url;

use super::timestamp::timestamp;
use crate::proto::connections::{
    self as wire, ConfigurationType, ConnectionAuthMode, ConnectionProvider, ConnectionStatus, ConnectionType,
};

/// A connection with its settings. The client secret stays here.
pub(crate) fn connection(connections: &Connections, connection: &Connection) -> wire::Connection {
    wire::Connection {
        id: connection.id.to_string(),
        provider: ConnectionProvider::Custom.into(),
        r#type: ConnectionType::Oauth.into(),
        status: status(connection),
        enabled: connection.enabled,
        configuration_type: ConfigurationType::Manual.into(),
        create_time: Some(timestamp(connection.created_at)),
        update_time: Some(timestamp(connection.updated_at)),
        key_id: Some(connection.name.to_string()),
        provider_key: connection.provider.as_str().to_owned(),
        auth_mode: ConnectionAuthMode::User.into(),
        settings: Some(wire::connection::Settings::OauthConfig(oauth(connections, connection))),
        ..wire::Connection::default()
    }
}

/// A connection as lists show it.
pub(crate) fn for_list(connection: &Connection) -> wire::ListConnection {
    wire::ListConnection {
        id: connection.id.to_string(),
        provider: ConnectionProvider::Custom.into(),
        r#type: ConnectionType::Oauth.into(),
        status: status(connection),
        enabled: connection.enabled,
        provider_key: connection.provider.as_str().to_owned(),
        key_id: connection.name.to_string(),
        created_at: Some(timestamp(connection.created_at)),
        auth_mode: ConnectionAuthMode::User.into(),
        ..wire::ListConnection::default()
    }
}

fn status(connection: &Connection) -> i32 {
    let status = if connection.configured() { ConnectionStatus::Completed } else { ConnectionStatus::Draft };
    status.into()
}

fn oauth(connections: &Connections, connection: &Connection) -> wire::OAuthConnectionConfig {
    wire::OAuthConnectionConfig {
        authorize_uri: Some(connection.endpoints.authorize.to_string()),
        token_uri: Some(connection.endpoints.token.to_string()),
        client_id: Some(connection.client_id.clone()),
        scopes: connection.scopes.clone(),
        redirect_uri: connections.redirect_uri(&connection.id),
        pkce_enabled: Some(connection.pkce),
        ..wire::OAuthConnectionConfig::default()
    }
}

/// What a caller wants changed; `present` fills in the endpoints that it leaves out.
pub(crate) fn settings(
    config: wire::OAuthConnectionConfig,
    present: &Connection,
) -> Result<ConnectionSettings, ServiceError> {
    let mut endpoints = present.endpoints.clone();
    if let Some(uri) = &config.authorize_uri {
        endpoints.authorize = endpoint("authorize_uri", uri)?;
    }
    if let Some(uri) = &config.token_uri {
        endpoints.token = endpoint("token_uri", uri)?;
    }
    // Only where one is named: the present ones may have been changed by somebody else meanwhile.
    let named = config.authorize_uri.is_some() || config.token_uri.is_some();
    Ok(ConnectionSettings {
        client_id: config.client_id,
        client_secret: config.client_secret.map(Secret::new),
        scopes: (!config.scopes.is_empty()).then_some(config.scopes),
        endpoints: named.then_some(endpoints),
        pkce: config.pkce_enabled,
        additional_tools: None,
    })
}

/// Whether additions to the published tools are wanted: the contract leaves room for settings of a provider's own in
/// the context of a new connection.
pub(crate) fn additional_tools(context: &Struct) -> Option<bool> {
    match context.fields.get("additional_tools")?.kind {
        Some(Kind::BoolValue(on)) => Some(on),
        _ => None,
    }
}

fn endpoint(field: &str, uri: &str) -> Result<Url, ServiceError> {
    let field = format!("connection.oauth_config.{field}");
    match Url::parse(uri) {
        Ok(url) if matches!(url.scheme(), "https" | "http") && url.has_host() => Ok(url),
        _ => Err(ServiceError::invalid(&field, "https URL", "must be an absolute https URL")),
    }
}
