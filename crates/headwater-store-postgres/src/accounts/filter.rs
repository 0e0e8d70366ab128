//! Which accounts a list is about, as SQL. Everything a caller wrote is bound, never pasted.

use headwater_domain::account::AccountStatus;
use headwater_domain::id::ConnectionId;
use headwater_domain::page::Page;
use headwater_ports::store::AccountFilter;
use sqlx::{Postgres, QueryBuilder};

use crate::connections::searchable;

/// How many accounts pass the filter.
pub(super) fn count(filter: &AccountFilter) -> QueryBuilder<Postgres> {
    narrowed("SELECT count(*) FROM accounts", filter)
}

/// One page of the accounts that pass the filter, oldest first.
pub(super) fn page(filter: &AccountFilter, page: Page) -> QueryBuilder<Postgres> {
    let mut statement = narrowed("SELECT * FROM accounts", filter);
    statement.push(" ORDER BY created_at, id LIMIT ").push_bind(i64::from(page.limit));
    statement.push(" OFFSET ").push_bind(i64::from(page.offset));
    statement
}

fn narrowed(beginning: &str, filter: &AccountFilter) -> QueryBuilder<Postgres> {
    let mut statement = QueryBuilder::new(beginning);
    statement.push(" WHERE true");
    if let Some(connections) = &filter.connections {
        let ids: Vec<String> = connections.iter().map(ConnectionId::to_string).collect();
        statement.push(" AND connection_id = ANY (").push_bind(ids).push(")");
    }
    let exact = [
        (" AND identifier = ", &filter.identifier),
        (" AND organization_id = ", &filter.organization_id),
        (" AND user_id = ", &filter.user_id),
        (" AND provider_account_id = ", &filter.provider_account_id),
    ];
    for (condition, text) in exact {
        if let Some(text) = searchable(&mut statement, text.as_deref()) {
            statement.push(condition).push_bind(text.to_owned());
        }
    }
    if let Some(text) = searchable(&mut statement, filter.query.as_deref()) {
        containing(&mut statement, text);
    }
    if filter.active_only {
        statement.push(" AND status = ").push_bind(AccountStatus::Active.as_str());
    }
    statement
}

/// Not LIKE: here nothing in the text is a wildcard, and its length has no limit.
fn containing(statement: &mut QueryBuilder<Postgres>, text: &str) {
    let lower = text.to_ascii_lowercase();
    statement.push(" AND (strpos(lower(identifier), ").push_bind(lower.clone());
    statement.push(") > 0 OR strpos(lower(id), ").push_bind(lower.clone());
    statement.push(") > 0 OR connection_id IN (SELECT id FROM connections WHERE strpos(lower(name), ");
    statement.push_bind(lower).push(") > 0))");
}
