//! Which accounts a list is about, as SQL. Everything a caller wrote is bound, never pasted.

use headwater_domain::account::AccountStatus;
use headwater_domain::id::ConnectionId;
use headwater_domain::page::Page;
use headwater_ports::store::AccountFilter;
use headwater_ports::stored::to_json;
use sqlx::{QueryBuilder, Sqlite};

use crate::connections::given;

/// How many accounts pass the filter.
pub(super) fn count(filter: &AccountFilter) -> QueryBuilder<Sqlite> {
    narrowed("SELECT count(*) FROM accounts", filter)
}

/// One page of the accounts that pass the filter, oldest first.
pub(super) fn page(filter: &AccountFilter, page: Page) -> QueryBuilder<Sqlite> {
    let mut statement = narrowed("SELECT * FROM accounts", filter);
    statement.push(" ORDER BY created_at, id LIMIT ").push_bind(i64::from(page.limit));
    statement.push(" OFFSET ").push_bind(i64::from(page.offset));
    statement
}

fn narrowed(beginning: &str, filter: &AccountFilter) -> QueryBuilder<Sqlite> {
    let mut statement = QueryBuilder::new(beginning);
    statement.push(" WHERE true");
    if let Some(connections) = &filter.connections {
        let ids: Vec<_> = connections.iter().map(ConnectionId::as_str).collect();
        statement.push(" AND connection_id IN (SELECT value FROM json_each(");
        statement.push_bind(to_json(&ids)).push("))");
    }
    let exact = [
        (" AND identifier = ", &filter.identifier),
        (" AND organization_id = ", &filter.organization_id),
        (" AND user_id = ", &filter.user_id),
        (" AND provider_account_id = ", &filter.provider_account_id),
    ];
    for (condition, text) in exact {
        if let Some(text) = given(text.as_deref()) {
            statement.push(condition).push_bind(text.to_owned());
        }
    }
    if let Some(text) = given(filter.query.as_deref()) {
        containing(&mut statement, text);
    }
    if filter.active_only {
        statement.push(" AND status = ").push_bind(AccountStatus::Active.as_str());
    }
    statement
}

/// Not LIKE: here nothing in the text is a wildcard, and its length has no limit.
fn containing(statement: &mut QueryBuilder<Sqlite>, text: &str) {
    let lower = text.to_ascii_lowercase();
    statement.push(" AND (instr(lower(identifier), ").push_bind(lower.clone());
    statement.push(") > 0 OR instr(lower(id), ").push_bind(lower.clone());
    statement.push(") > 0 OR connection_id IN (SELECT id FROM connections WHERE instr(lower(name), ");
    statement.push_bind(lower).push(") > 0))");
}
