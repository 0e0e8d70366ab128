//! Which accounts a list is about, as SQL. Everything a caller wrote is bound, never pasted.

use headwater_domain::account::AccountStatus;
use headwater_domain::id::ConnectionId;
use headwater_ports::store::AccountFilter;
use headwater_ports::stored::to_json;

use crate::dialect::Dialect;
use crate::list::searchable;
use crate::statement::Statement;

/// Adds the conditions of `filter`, each beginning with ` AND `.
pub(super) fn narrow(statement: &mut Statement, dialect: Dialect, filter: &AccountFilter) {
    if let Some(connections) = &filter.connections {
        // As one array, whatever its length: statements have a limited number of parameters.
        let ids: Vec<_> = connections.iter().map(|id| [ConnectionId::as_str(id)]).collect();
        statement.push_bind_with(to_json(&ids), |parameter| {
            let elements = dialect.elements(parameter);
            format!(" AND connection_id IN (SELECT value ->> 0 FROM {elements})")
        });
    }
    let exact = [
        (" AND identifier = ", &filter.identifier),
        (" AND organization_id = ", &filter.organization_id),
        (" AND user_id = ", &filter.user_id),
        (" AND provider_account_id = ", &filter.provider_account_id),
    ];
    for (condition, text) in exact {
        if let Some(text) = searchable(statement, text.as_deref()) {
            statement.push(condition).push_bind(text);
        }
    }
    if let Some(text) = searchable(statement, filter.query.as_deref()) {
        containing(statement, dialect, text);
    }
    if filter.active_only {
        statement.push(" AND status = ").push_bind(AccountStatus::Active.as_str());
    }
}

/// Not LIKE: here nothing in the text is a wildcard, and its length has no limit.
fn containing(statement: &mut Statement, dialect: Dialect, text: &str) {
    let position = dialect.position();
    statement.push_bind_with(text.to_ascii_lowercase(), |text| {
        format!(
            " AND ({position}(lower(identifier), {text}) > 0 OR {position}(lower(id), {text}) > 0 \
             OR connection_id IN (SELECT id FROM connections WHERE {position}(lower(name), {text}) > 0))"
        )
    });
}
