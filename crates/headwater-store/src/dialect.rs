//! What the two databases write differently.

use headwater_domain::time::Timestamp;

use crate::statement::Statement;

/// Which database a statement is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// The current time in milliseconds since the Unix epoch, as an expression; `parameter` is the one that
    /// [`Self::bind_now`] binds.
    ///
    /// On PostgreSQL it is the server's clock: replicas do not agree on the time among themselves.
    pub(crate) fn now(self, parameter: &'static str) -> &'static str {
        match self {
            Self::Sqlite => parameter,
            Self::Postgres => "(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
        }
    }

    /// Binds the current time where [`Self::now`] refers to it. Must be the last parameter.
    pub(crate) fn bind_now(self, statement: Statement, now: Timestamp) -> Statement {
        match self {
            Self::Sqlite => statement.bind(now),
            Self::Postgres => statement,
        }
    }

    /// The elements of the JSON array in `parameter` as rows with a column `value`.
    pub(crate) fn elements(self, parameter: &str) -> String {
        match self {
            Self::Sqlite => format!("json_each({parameter})"),
            Self::Postgres => format!("json_array_elements({parameter}::json)"),
        }
    }

    /// The function that says where a text contains another; 0 if it does not. Unlike with LIKE, nothing in the text is
    /// a wildcard, and its length has no limit.
    pub(crate) fn position(self) -> &'static str {
        match self {
            Self::Sqlite => "instr",
            Self::Postgres => "strpos",
        }
    }

    /// The expressions of the unique index `accounts_owner`, in the words of its migration.
    pub(crate) fn owner_index(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "connection_id, identifier, ifnull(organization_id, ''), (organization_id IS NULL), \
                 ifnull(user_id, ''), (user_id IS NULL)"
            }
            Self::Postgres => {
                "connection_id, identifier, (coalesce(organization_id, '')), (organization_id IS NULL), \
                 (coalesce(user_id, '')), (user_id IS NULL)"
            }
        }
    }

    /// The key column of tables with one row; `only` is a reserved word of PostgreSQL.
    pub(crate) fn singleton(self) -> &'static str {
        match self {
            Self::Sqlite => "only",
            Self::Postgres => "singleton",
        }
    }
}
