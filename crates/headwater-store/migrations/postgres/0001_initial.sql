-- Times are milliseconds since the Unix epoch, UTC. Lists and nested values are JSON. Text is compared byte for
-- byte (collation "C"). Columns of type BYTEA hold sealed secrets or SHA-256 digests.

CREATE TABLE connections (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name          TEXT COLLATE "C" NOT NULL UNIQUE,
    provider      TEXT COLLATE "C" NOT NULL,
    client_id     TEXT             NOT NULL,
    client_secret BYTEA,
    scopes        TEXT             NOT NULL,
    authorize_url TEXT             NOT NULL,
    token_url     TEXT             NOT NULL,
    resources_url TEXT             NOT NULL,
    api_base_url  TEXT             NOT NULL,
    pkce          BOOLEAN          NOT NULL,
    enabled       BOOLEAN          NOT NULL,
    created_at    BIGINT           NOT NULL,
    updated_at    BIGINT           NOT NULL,
    version       BIGINT           NOT NULL
);

CREATE TABLE accounts (
    id                  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    connection_id       TEXT COLLATE "C" NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    identifier          TEXT COLLATE "C" NOT NULL,
    organization_id     TEXT COLLATE "C",
    user_id             TEXT COLLATE "C",
    status              TEXT COLLATE "C" NOT NULL,
    site                TEXT,
    provider_account_id TEXT,
    api_config          TEXT             NOT NULL,
    token_expires_at    BIGINT,
    last_used_at        BIGINT,
    created_at          BIGINT           NOT NULL,
    updated_at          BIGINT           NOT NULL,
    version             BIGINT           NOT NULL
);

-- One account per owner. NULL counts as a value here and differs from the empty text.
CREATE UNIQUE INDEX accounts_owner ON accounts (
    connection_id,
    identifier,
    (coalesce(organization_id, '')),
    (organization_id IS NULL),
    (coalesce(user_id, '')),
    (user_id IS NULL)
);
CREATE INDEX accounts_age ON accounts (created_at, id);
CREATE INDEX accounts_identifier ON accounts (identifier);
CREATE INDEX accounts_token_expiry ON accounts (token_expires_at, id) WHERE token_expires_at IS NOT NULL;

CREATE TABLE grants (
    account_id    TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    generation    BIGINT           NOT NULL CHECK (generation >= 1),
    access_token  BYTEA            NOT NULL,
    refresh_token BYTEA,
    scopes        TEXT             NOT NULL,
    obtained_at   BIGINT           NOT NULL,
    expires_at    BIGINT,
    -- The refresh under way: who may present the refresh token, and whether somebody has. By this server's clock.
    lease_id      BIGINT,
    lease_until   BIGINT,
    sent_at       BIGINT,
    presentations BIGINT           NOT NULL DEFAULT 0,
    refused_at    BIGINT,
    next_try_at   BIGINT
);

CREATE INDEX grants_unanswered ON grants (next_try_at) WHERE sent_at IS NOT NULL OR refused_at IS NOT NULL;
CREATE INDEX grants_age ON grants (obtained_at);

CREATE TABLE flows (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id      TEXT COLLATE "C" NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    connection_id   TEXT COLLATE "C" NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    link_digest     BYTEA            NOT NULL UNIQUE,
    -- Set when the flow is sent to the provider, and kept through all later stages.
    state_digest    BYTEA            UNIQUE,
    caller_state    TEXT,
    user_verify_url TEXT,
    stage           TEXT             NOT NULL,
    created_at      BIGINT           NOT NULL,
    expires_at      BIGINT           NOT NULL,
    version         BIGINT           NOT NULL
);

CREATE INDEX flows_account ON flows (account_id);
CREATE INDEX flows_connection ON flows (connection_id);
CREATE INDEX flows_expiry ON flows (expires_at);

CREATE TABLE api_clients (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name       TEXT             NOT NULL,
    secrets    TEXT             NOT NULL,
    created_at BIGINT           NOT NULL
);

CREATE TABLE signing_keys (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    private_key BYTEA            NOT NULL,
    created_at  BIGINT           NOT NULL
);

CREATE TABLE key_check (
    singleton INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    sealed    BYTEA   NOT NULL
);
