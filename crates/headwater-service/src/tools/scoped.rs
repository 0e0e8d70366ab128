//! The tools an end user can use right now: one entry per tool and connected account.

use headwater_domain::id::AccountId;
use headwater_domain::name::Identifier;
use headwater_domain::page::{Listing, Page};

use super::ToolListing;
use super::Tools;
use super::offer::offers;
use crate::accounts::{AccountFilter, ListAccounts};
use crate::error::ServiceError;

/// How many accounts of one identifier are looked at.
const MAX_ACCOUNTS: u32 = 500;

/// Whose tools are wanted, and which. Empty lists do not narrow.
#[derive(Clone, Debug, Default)]
pub struct ListScopedTools {
    /// The end user's identifier.
    pub identifier: String,
    /// Provider keys, in any case.
    pub providers: Vec<String>,
    /// Exact tool names.
    pub tool_names: Vec<String>,
    /// Names of connections.
    pub connection_names: Vec<String>,
}

/// A tool that an account can be used with.
pub struct ScopedTool {
    /// The tool.
    pub listing: ToolListing,
    /// The account to execute it with.
    pub account_id: AccountId,
    /// Whose it is.
    pub identifier: String,
}

impl Tools {
    /// One page of the tools that an identifier's active accounts on enabled connections can be used with.
    ///
    /// # Errors
    /// `InvalidArgument` for what is no identifier.
    pub async fn list_scoped(
        &self,
        wanted: &ListScopedTools,
        page: Page,
    ) -> Result<Listing<ScopedTool>, ServiceError> {
        let identifier = Identifier::parse(&wanted.identifier)
            .map_err(|error| ServiceError::invalid("identifier", "identifier", error.to_string()))?;
        let filter = AccountFilter {
            identifier: Some(identifier.to_string()),
            active_only: true,
            ..AccountFilter::default()
        };
        let request = ListAccounts {
            connection_names: wanted.connection_names.clone(),
            filter,
            ..ListAccounts::default()
        };
        let accounts = self.accounts.list(request, Page { offset: 0, limit: MAX_ACCOUNTS }).await?.items;
        let named = |provider: &str| {
            wanted.providers.is_empty() || wanted.providers.iter().any(|it| it.eq_ignore_ascii_case(provider))
        };
        let mut tools = Vec::new();
        for view in
            accounts.iter().filter(|view| view.connection.enabled && named(view.connection.provider.as_str()))
        {
            let listings = self.matching(Some(view.connection.provider.as_str()), &wanted.tool_names, None);
            let offered = listings.into_iter().filter(|it| offers(&view.connection, &it.tool));
            tools.extend(offered.map(|listing| ScopedTool {
                listing,
                account_id: view.account.id.clone(),
                identifier: view.account.owner.identifier.to_string(),
            }));
        }
        Ok(page.of(tools))
    }
}
