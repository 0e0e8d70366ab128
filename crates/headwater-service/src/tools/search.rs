//! Finding tools by what somebody wants to do, and whether an end user can use them right away.

use std::sync::Arc;

use headwater_catalog::search::Hit;
use headwater_domain::account::AccountStatus;
use headwater_domain::connection::Connection;
use headwater_domain::id::AccountId;
use headwater_domain::name::Identifier;
use headwater_domain::page::Page;

use super::ToolListing;
use super::Tools;
use super::offer::offers;
use crate::accounts::{AccountFilter, AccountView, ListAccounts};
use crate::error::ServiceError;

/// How many tools are returned when the caller does not say.
const DEFAULT_COUNT: u32 = 10;
/// The most that are returned.
const MOST: u32 = 50;
/// How many accounts of one identifier are looked at.
const MAX_ACCOUNTS: u32 = 500;

/// What somebody wants to do.
#[derive(Clone, Debug, Default)]
pub struct SearchTools {
    /// It, in words.
    pub query: String,
    /// Whose accounts to look at, if anybody's.
    pub identifier: Option<String>,
    /// How many tools to return at most; 10 when 0, never more than 50.
    pub count: u32,
}

/// A tool that fits.
pub struct FoundTool {
    /// The tool.
    pub listing: ToolListing,
    /// How well it fits, from 0 to 1.
    pub score: f64,
    /// The identifier's accounts that offer it.
    pub accounts: Vec<AccountReadiness>,
}

/// Whether one account can use a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountReadiness {
    /// The name of its connection.
    pub connection_name: String,
    /// The account.
    pub account_id: AccountId,
    /// Whether it can.
    pub readiness: Readiness,
}

/// Whether a tool can be used with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Right away.
    Ready,
    /// After the end user connected the account.
    NeedsConnection,
    /// After the end user authorized it again: the grant has lapsed, or lacks a scope.
    NeedsReauthorization,
}

/// An account, and what its grant allows; nothing is known of the latter when it is empty.
struct Holder {
    view: AccountView,
    granted: Vec<String>,
}

impl Tools {
    /// The tools of enabled connections that fit a query, the best first.
    ///
    /// # Errors
    /// `InvalidArgument` for what is no identifier.
    pub async fn search(&self, wanted: &SearchTools) -> Result<Vec<FoundTool>, ServiceError> {
        let connections = self.enabled_connections().await?;
        let holders = match wanted.identifier.as_deref().filter(|it| !it.is_empty()) {
            Some(identifier) => self.holders(identifier, &connections).await?,
            None => Vec::new(),
        };
        let count = if wanted.count == 0 { DEFAULT_COUNT } else { wanted.count.min(MOST) };
        let mut found: Vec<FoundTool> = Vec::new();
        let edition = self.connectors.latest();
        for connector in edition.all() {
            let offered = |hit: &Hit<'_>| {
                connections.iter().any(|it| &it.provider == connector.provider() && offers(it, hit.tool))
            };
            found.extend(connector.catalogue().search(&wanted.query).into_iter().filter(offered).map(
                |hit| {
                    let (connector, tool) = (Arc::clone(connector), Arc::clone(hit.tool));
                    let listing = ToolListing { connector, tool, detailed: false };
                    FoundTool { accounts: readiness(&holders, &listing), listing, score: hit.score }
                },
            ));
        }
        found.sort_by(|one, other| other.score.total_cmp(&one.score));
        found.truncate(count as usize);
        Ok(found)
    }

    async fn holders(
        &self,
        identifier: &str,
        connections: &[Connection],
    ) -> Result<Vec<Holder>, ServiceError> {
        let identifier = Identifier::parse(identifier)
            .map_err(|error| ServiceError::invalid("identifier", "identifier", error.to_string()))?;
        let filter = AccountFilter { identifier: Some(identifier.to_string()), ..AccountFilter::default() };
        let request = ListAccounts { filter, ..ListAccounts::default() };
        let views = self.accounts.list(request, Page { offset: 0, limit: MAX_ACCOUNTS }).await?.items;
        let mut tx = self.core.store().read().await?;
        let mut holders = Vec::new();
        for view in views.into_iter().filter(|view| connections.iter().any(|it| it.id == view.connection.id))
        {
            let granted = tx.grant(&view.account.id).await?.map(|grant| grant.scopes).unwrap_or_default();
            holders.push(Holder { view, granted });
        }
        Ok(holders)
    }
}

fn readiness(holders: &[Holder], listing: &ToolListing) -> Vec<AccountReadiness> {
    let offering = |holder: &&Holder| {
        let connection = &holder.view.connection;
        &connection.provider == listing.connector.provider() && offers(connection, &listing.tool)
    };
    let ready = |holder: &Holder| AccountReadiness {
        connection_name: holder.view.connection.name.to_string(),
        account_id: holder.view.account.id.clone(),
        readiness: state(holder, listing),
    };
    holders.iter().filter(offering).map(ready).collect()
}

fn state(holder: &Holder, listing: &ToolListing) -> Readiness {
    let allowed = holder.granted.is_empty() || listing.tool.scopes.met_by(&holder.granted);
    match holder.view.account.status {
        AccountStatus::Active if allowed => Readiness::Ready,
        AccountStatus::Active | AccountStatus::Expired => Readiness::NeedsReauthorization,
        AccountStatus::PendingAuth | AccountStatus::PendingVerification | AccountStatus::Disconnected => {
            Readiness::NeedsConnection
        }
    }
}

#[cfg(test)]
mod tests;
