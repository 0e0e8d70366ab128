//! Statements about leases, all of which go by the current time. It is the last parameter, where it is one.

use crate::dialect::Dialect;

/// Takes the lease. Parameters: account, generation, lease, duration, now.
pub(super) fn lease(dialect: Dialect) -> String {
    let now = dialect.now("$5");
    format!(
        "UPDATE grants SET lease_id = $3, lease_until = {now} + $4 \
         WHERE account_id = $1 AND generation = $2 AND (lease_id IS NULL OR lease_until <= {now}) \
         RETURNING sent_at, presentations, refused_at, next_try_at, {now} AS now"
    )
}

/// How long somebody else still holds the lease. Parameters: account, generation, now.
pub(super) fn held(dialect: Dialect) -> String {
    let now = dialect.now("$3");
    format!(
        "SELECT lease_until - {now} AS rest FROM grants \
         WHERE account_id = $1 AND generation = $2 AND lease_id IS NOT NULL"
    )
}

/// Counts a presentation of the refresh token. Parameters: account, lease, whether it is a first one, now.
pub(super) fn present(dialect: Dialect) -> String {
    let now = dialect.now("$4");
    format!(
        "UPDATE grants SET sent_at = CASE WHEN $3 THEN {now} ELSE coalesce(sent_at, {now}) END, \
         presentations = presentations + 1 WHERE account_id = $1 AND lease_id = $2 AND lease_until > {now}"
    )
}

/// Ends the lease. A presentation that is taken back leaves no trace, unless there was one before it. Parameters:
/// account, lease, whether to take back, whether the token was refused, pause before the next try, now.
pub(super) fn end(dialect: Dialect) -> String {
    let now = dialect.now("$6");
    format!(
        "UPDATE grants SET lease_id = NULL, lease_until = NULL, next_try_at = {now} + $5, \
         sent_at = CASE WHEN $3 AND presentations <= 1 THEN NULL ELSE sent_at END, \
         presentations = CASE WHEN $3 AND presentations > 0 THEN presentations - 1 ELSE presentations END, \
         refused_at = CASE WHEN $4 THEN coalesce(refused_at, {now}) ELSE refused_at END \
         WHERE account_id = $1 AND lease_id = $2"
    )
}

/// Refreshes that can begin: those without an answer first, then those of tokens that expire soon, then those of idle
/// grants; each kind is found by an index of its own. Parameters: expiring before, used after, idle since, status of
/// active accounts, limit, now.
pub(super) fn due(dialect: Dialect) -> String {
    let now = dialect.now("$6");
    format!(
        "WITH due AS ( \
         SELECT account_id, 0 AS kind, next_try_at AS at FROM grants WHERE sent_at IS NOT NULL OR refused_at IS NOT NULL \
         UNION ALL SELECT id, 1, token_expires_at FROM accounts \
         WHERE token_expires_at < $1 AND coalesce(last_used_at, created_at) > $2 \
         UNION ALL SELECT account_id, 2, obtained_at FROM grants WHERE obtained_at < $3) \
         SELECT grants.account_id AS account_id, grants.generation AS generation FROM due \
         JOIN grants ON grants.account_id = due.account_id JOIN accounts ON accounts.id = due.account_id \
         WHERE accounts.status = $4 AND grants.refresh_token IS NOT NULL \
         AND (grants.lease_id IS NULL OR grants.lease_until <= {now}) \
         AND (grants.next_try_at IS NULL OR grants.next_try_at <= {now}) \
         GROUP BY grants.account_id, grants.generation \
         ORDER BY min(due.kind), min(due.at), grants.account_id LIMIT $5"
    )
}
