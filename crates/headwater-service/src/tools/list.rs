//! Listing tools.

use std::sync::Arc;

use headwater_catalog::connector::Connector;
use headwater_catalog::definition::Tool;
use headwater_domain::connection::Connection;
use headwater_domain::page::{Listing, Page};

use super::Tools;
use super::offer::any_offers;
use crate::accounts::AccountLocator;
use crate::error::ServiceError;

/// Which tools are wanted. Absent or empty fields do not narrow the list.
#[derive(Clone, Debug, Default)]
pub struct ListTools {
    /// Provider key, in any case.
    pub provider: Option<String>,
    /// Exact names.
    pub names: Vec<String>,
    /// Words that must all occur in the name; separated by spaces or underscores.
    pub query: Option<String>,
    /// An account that must exist when it is named by id, or by connection and identifier.
    pub account: AccountLocator,
}

/// A tool as lists show it, with the provider it belongs to.
#[derive(Clone)]
pub struct ToolListing {
    /// The connector it belongs to.
    pub connector: Arc<dyn Connector>,
    /// The tool.
    pub tool: Arc<Tool>,
    /// Whether it was asked for by name, and its output schema is told.
    pub detailed: bool,
}

impl Tools {
    /// One page of the catalogue, in its own order. Additions are part of it where the account's connection, or
    /// without an account any connection, turns them on.
    ///
    /// # Errors
    /// `NotFound` for an account that is named and not there.
    pub async fn list(&self, wanted: &ListTools, page: Page) -> Result<Listing<ToolListing>, ServiceError> {
        let by_pair = wanted.account.connection_name().is_some() && wanted.account.owner()?.is_some();
        let connections = if wanted.account.account_id()?.is_some() || by_pair {
            vec![self.accounts.get(&wanted.account).await?.connection]
        } else {
            self.enabled_connections().await?
        };
        let fitting = self.matching(wanted.provider.as_deref(), &wanted.names, wanted.query.as_deref());
        let shown = |it: &ToolListing| it.tool.published || any_offers(&connections, it);
        Ok(page.of(fitting.into_iter().filter(shown).collect()))
    }

    /// One page of the tools that the enabled connections offer, whether or not the end user is connected yet.
    ///
    /// # Errors
    /// `Internal` where the store cannot be read.
    pub async fn list_available(&self, page: Page) -> Result<Listing<ToolListing>, ServiceError> {
        let mut connections = self.enabled_connections().await?;
        connections.retain(Connection::configured);
        let offered = |listing: &ToolListing| any_offers(&connections, listing);
        Ok(page.of(self.matching(None, &[], None).into_iter().filter(offered).collect()))
    }

    /// The tools of the catalogue that fit, in its own order.
    pub(super) fn matching(
        &self,
        provider: Option<&str>,
        names: &[String],
        query: Option<&str>,
    ) -> Vec<ToolListing> {
        let provider = provider.filter(|it| !it.is_empty());
        let query = query.filter(|it| !it.is_empty());
        let edition = self.connectors.latest();
        edition
            .all()
            .iter()
            .filter(|connector| {
                provider.is_none_or(|it| it.eq_ignore_ascii_case(connector.provider().as_str()))
            })
            .flat_map(|connector| {
                connector.catalogue().shared_tools().map(move |tool| ToolListing {
                    connector: Arc::clone(connector),
                    tool: Arc::clone(tool),
                    detailed: !names.is_empty(),
                })
            })
            .filter(|it| names.is_empty() || names.contains(&it.tool.name))
            .filter(|it| query.is_none_or(|query| it.tool.mentions(query)))
            .collect()
    }
}
