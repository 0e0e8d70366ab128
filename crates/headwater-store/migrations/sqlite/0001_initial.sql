-- Times are milliseconds since the Unix epoch, UTC. Lists and nested values are JSON. Text is compared byte for
-- byte (collation BINARY, the default). Columns of type BLOB hold sealed secrets or SHA-256 digests.

CREATE TABLE connections (
    id            TEXT    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    provider      TEXT    NOT NULL,
    client_id     TEXT    NOT NULL,
    client_secret BLOB,
    scopes        TEXT    NOT NULL,
    authorize_url TEXT    NOT NULL,
    token_url     TEXT    NOT NULL,
    resources_url TEXT    NOT NULL,
    api_base_url  TEXT    NOT NULL,
    pkce          INTEGER NOT NULL CHECK (pkce IN (0, 1)),
    enabled       INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
    id                  TEXT    NOT NULL PRIMARY KEY,
    connection_id       TEXT    NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    identifier          TEXT    NOT NULL,
    organization_id     TEXT,
    user_id             TEXT,
    status              TEXT    NOT NULL,
    site                TEXT,
    provider_account_id TEXT,
    api_config          TEXT    NOT NULL,
    token_expires_at    INTEGER,
    last_used_at        INTEGER,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    version             INTEGER NOT NULL
) STRICT;

-- One account per owner. NULL counts as a value here and differs from the empty text.
CREATE UNIQUE INDEX accounts_owner ON accounts (
    connection_id,
    identifier,
    ifnull(organization_id, ''),
    (organization_id IS NULL),
    ifnull(user_id, ''),
    (user_id IS NULL)
);
CREATE INDEX accounts_age ON accounts (created_at, id);
CREATE INDEX accounts_identifier ON accounts (identifier);
CREATE INDEX accounts_token_expiry ON accounts (token_expires_at, id) WHERE token_expires_at IS NOT NULL;

CREATE TABLE grants (
    account_id    TEXT    NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    generation    INTEGER NOT NULL CHECK (generation >= 1),
    access_token  BLOB    NOT NULL,
    refresh_token BLOB,
    scopes        TEXT    NOT NULL,
    obtained_at   INTEGER NOT NULL,
    expires_at    INTEGER,
    -- The refresh under way: who may present the refresh token, and whether somebody has.
    lease_id      INTEGER,
    lease_until   INTEGER,
    sent_at       INTEGER,
    presentations INTEGER NOT NULL DEFAULT 0,
    refused_at    INTEGER,
    next_try_at   INTEGER
) STRICT;

CREATE INDEX grants_unanswered ON grants (next_try_at) WHERE sent_at IS NOT NULL OR refused_at IS NOT NULL;
CREATE INDEX grants_age ON grants (obtained_at);

CREATE TABLE flows (
    id              TEXT    NOT NULL PRIMARY KEY,
    account_id      TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    connection_id   TEXT    NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    link_digest     BLOB    NOT NULL UNIQUE,
    -- Set when the flow is sent to the provider, and kept through all later stages.
    state_digest    BLOB    UNIQUE,
    caller_state    TEXT,
    user_verify_url TEXT,
    stage           TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL
) STRICT;

CREATE INDEX flows_account ON flows (account_id);
CREATE INDEX flows_connection ON flows (connection_id);
CREATE INDEX flows_expiry ON flows (expires_at);

CREATE TABLE api_clients (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    secrets    TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE signing_keys (
    id          TEXT    NOT NULL PRIMARY KEY,
    private_key BLOB    NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE key_check (
    only   INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    sealed BLOB    NOT NULL
) STRICT;
