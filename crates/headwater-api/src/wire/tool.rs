//! Tools.

use headwater_service::tools::{AccountReadiness, FoundTool, Readiness, ScopedTool, ToolListing};
use serde_json::{Map, Value};

use super::struct_value::to_struct;
use crate::proto::tools;

/// A tool as lists show it.
pub(crate) fn tool(listing: &ToolListing) -> tools::Tool {
    let definition =
        if listing.detailed { listing.tool.detailed_definition() } else { listing.tool.definition().clone() };
    tools::Tool {
        id: format!("tol_{}", listing.tool.name),
        provider: listing.connector.provider().as_str().to_owned(),
        definition: Some(to_struct(definition)),
        metadata: Some(to_struct(metadata(listing))),
        tags: Vec::new(),
        is_default: Some(listing.tool.published),
        updated_at: None,
    }
}

/// A tool together with the account to execute it with.
pub(crate) fn scoped(scoped: &ScopedTool) -> tools::ScopedTool {
    tools::ScopedTool {
        tool: Some(tool(&scoped.listing)),
        identifier: scoped.identifier.clone(),
        connected_account_id: scoped.account_id.to_string(),
    }
}

/// A tool that fits a query.
pub(crate) fn searched(found: &FoundTool) -> tools::SearchedTool {
    tools::SearchedTool {
        name: found.listing.tool.name.clone(),
        provider: found.listing.connector.provider().as_str().to_owned(),
        description: found.listing.tool.description.clone(),
        score: found.score,
        connections: found.accounts.iter().map(readiness).collect(),
    }
}

fn readiness(account: &AccountReadiness) -> tools::ConnectionReadiness {
    let state = match account.readiness {
        Readiness::Ready => tools::ToolReadinessState::Ready,
        Readiness::NeedsConnection => tools::ToolReadinessState::NeedsConnection,
        Readiness::NeedsReauthorization => tools::ToolReadinessState::NeedsReauth,
    };
    tools::ConnectionReadiness {
        connection_name: account.connection_name.clone(),
        connected_account_id: account.account_id.to_string(),
        readiness_state: state.into(),
    }
}

/// What programs want to know of a tool, and which release the definition belongs to: definitions do not change while a
/// release runs.
fn metadata(listing: &ToolListing) -> Map<String, Value> {
    let mut metadata = listing.tool.facts();
    metadata.insert("release".to_owned(), Value::from(env!("CARGO_PKG_VERSION")));
    metadata
}
