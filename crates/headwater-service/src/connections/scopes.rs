//! The scopes that a connection can ask for.

use headwater_catalog::connector::Connector;

use crate::bounds;
use crate::error::ServiceError;

/// The most scopes that Atlassian accepts in one consent.
const MAX_SCOPES: usize = 50;

/// Scopes are sent separated by spaces, so none may hold one; `offline_access` is always added by the flow.
pub(super) fn check_scopes(
    scopes: Vec<String>,
    connector: &dyn Connector,
) -> Result<Vec<String>, ServiceError> {
    let odd =
        |scope: &&String| scope.is_empty() || scope.chars().any(|it| it.is_whitespace() || it.is_control());
    for scope in &scopes {
        bounds::text("scopes", scope, bounds::SCOPE)?;
    }
    if let Some(scope) = scopes.iter().find(odd) {
        let message =
            format!("`{}` is not a scope: write one scope per entry, without spaces", scope.escape_debug());
        return Err(ServiceError::invalid("scopes", "no white space", message));
    }
    if let Some(problem) = scopes.iter().find_map(|scope| connector.scope_problem(scope)) {
        return Err(ServiceError::invalid("scopes", "known scopes", problem));
    }
    let mut kept: Vec<String> = Vec::with_capacity(scopes.len());
    for scope in scopes {
        if scope != "offline_access" && !kept.contains(&scope) {
            kept.push(scope);
        }
    }
    if kept.len() > MAX_SCOPES {
        let message = format!(
            "{} scopes are more than the {MAX_SCOPES} that Atlassian accepts in one consent",
            kept.len()
        );
        return Err(ServiceError::invalid("scopes", "max_items=50", message));
    }
    Ok(kept)
}
