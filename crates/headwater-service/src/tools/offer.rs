//! Which tools a connection offers: the published ones always, additions where it turns them on.

use std::sync::Arc;

use headwater_catalog::connector::Connector;
use headwater_catalog::definition::Tool;
use headwater_domain::connection::Connection;
use headwater_domain::page::Page;

use super::ToolListing;
use super::Tools;
use crate::connections::ConnectionFilter;
use crate::error::ServiceError;

/// More connections than one deployment has.
const ALL: Page = Page { offset: 0, limit: 10_000 };

/// Whether accounts on `connection` can use `tool`.
pub(super) fn offers(connection: &Connection, tool: &Tool) -> bool {
    tool.published || connection.additional_tools
}

/// A tool that the account's connection does not offer, and how it would.
fn not_offered(connection: &Connection, tool: &Tool) -> ServiceError {
    ServiceError::not_found(format!(
        "connection `{0}` does not offer {1}, which is an addition to the published tools; the operator turns \
         additions on with `headwater connection update {0} --additional-tools true`",
        connection.name, tool.name
    ))
}

/// Refuses a tool that the connection of the account does not offer.
pub(super) fn ensure_offered(connection: &Connection, tool: &Tool) -> Result<(), ServiceError> {
    if offers(connection, tool) { Ok(()) } else { Err(not_offered(connection, tool)) }
}

impl Tools {
    /// The connections that are enabled.
    pub(super) async fn enabled_connections(&self) -> Result<Vec<Connection>, ServiceError> {
        let mut connections = self.connections.list(&ConnectionFilter::default(), ALL).await?.items;
        connections.retain(|it| it.enabled);
        Ok(connections)
    }

    /// The tools that `connection` offers, in the order of the catalogue.
    pub fn of_connection(&self, connection: &Connection) -> Vec<ToolListing> {
        let of_provider = |connector: &&Arc<dyn Connector>| connector.provider() == &connection.provider;
        let edition = self.connectors.latest();
        edition
            .all()
            .iter()
            .filter(of_provider)
            .flat_map(|connector| {
                let listing = |tool: &Arc<Tool>| {
                    let (connector, tool) = (Arc::clone(connector), Arc::clone(tool));
                    ToolListing { connector, tool, detailed: false }
                };
                connector.catalogue().shared_tools().map(listing)
            })
            .filter(|listing| offers(connection, &listing.tool))
            .collect()
    }
}

/// Whether one of `connections` offers this tool.
pub(super) fn any_offers(connections: &[Connection], listing: &ToolListing) -> bool {
    connections.iter().any(|it| &it.provider == listing.connector.provider() && offers(it, &listing.tool))
}

#[cfg(test)]
mod tests;
