-- Endpoints that events are delivered to. Secrets are sealed.
CREATE TABLE webhooks (
    id                  TEXT    NOT NULL PRIMARY KEY,
    url                 TEXT    NOT NULL,
    kinds               TEXT    NOT NULL,
    enabled             INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    secret              BLOB    NOT NULL,
    secret_generation   INTEGER NOT NULL,
    previous_secret     BLOB,
    previous_generation INTEGER,
    previous_until      INTEGER,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    version             INTEGER NOT NULL
) STRICT;

-- What happened. Rows refer to accounts and connections that may be gone.
CREATE TABLE events (
    id              TEXT    NOT NULL PRIMARY KEY,
    account_id      TEXT    NOT NULL,
    -- Counts the events of an account.
    sequence        INTEGER NOT NULL,
    kind            TEXT    NOT NULL,
    connection_id   TEXT    NOT NULL,
    organization_id TEXT,
    data            TEXT    NOT NULL,
    occurred_at     INTEGER NOT NULL,
    UNIQUE (account_id, sequence)
) STRICT;

CREATE INDEX events_time ON events (occurred_at);

-- Events on their way to webhooks.
CREATE TABLE deliveries (
    event_id        TEXT    NOT NULL,
    webhook_id      TEXT    NOT NULL,
    account_id      TEXT    NOT NULL,
    sequence        INTEGER NOT NULL,
    state           TEXT    NOT NULL,
    attempts        INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    last_status     INTEGER,
    last_error      TEXT,
    updated_at      INTEGER NOT NULL,
    PRIMARY KEY (event_id, webhook_id)
) STRICT;

CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE state = 'pending';
CREATE INDEX deliveries_line ON deliveries (webhook_id, account_id, sequence) WHERE state = 'pending';
CREATE INDEX deliveries_list ON deliveries (webhook_id, updated_at);

-- Who did what. Rows are added and removed, never changed.
CREATE TABLE audit (
    id                  TEXT    NOT NULL PRIMARY KEY,
    at                  INTEGER NOT NULL,
    actor               TEXT    NOT NULL,
    action              TEXT    NOT NULL,
    account_id          TEXT,
    connection_id       TEXT,
    subject             TEXT,
    outcome             TEXT    NOT NULL,
    provider_status     INTEGER,
    provider_request_id TEXT,
    execution_id        TEXT,
    duration_ms         INTEGER NOT NULL
) STRICT;

CREATE INDEX audit_time ON audit (at, id);
CREATE INDEX audit_account ON audit (account_id, at) WHERE account_id IS NOT NULL;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
