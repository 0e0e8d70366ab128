-- Endpoints that events are delivered to. Secrets are sealed.
CREATE TABLE webhooks (
    id                  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    url                 TEXT             NOT NULL,
    kinds               TEXT             NOT NULL,
    enabled             BOOLEAN          NOT NULL,
    secret              BYTEA            NOT NULL,
    secret_generation   BIGINT           NOT NULL,
    previous_secret     BYTEA,
    previous_generation BIGINT,
    previous_until      BIGINT,
    created_at          BIGINT           NOT NULL,
    updated_at          BIGINT           NOT NULL,
    version             BIGINT           NOT NULL
);

-- What happened. Rows refer to accounts and connections that may be gone.
CREATE TABLE events (
    id                  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id          TEXT COLLATE "C" NOT NULL,
    -- Counts the events of an account.
    sequence            BIGINT           NOT NULL,
    kind                TEXT COLLATE "C" NOT NULL,
    connection_id       TEXT COLLATE "C" NOT NULL,
    organization_id     TEXT COLLATE "C",
    data                TEXT             NOT NULL,
    occurred_at         BIGINT           NOT NULL,
    UNIQUE (account_id, sequence)
);

CREATE INDEX events_time ON events (occurred_at);

-- Events on their way to webhooks.
CREATE TABLE deliveries (
    event_id            TEXT COLLATE "C" NOT NULL,
    webhook_id          TEXT COLLATE "C" NOT NULL,
    account_id          TEXT COLLATE "C" NOT NULL,
    sequence            BIGINT           NOT NULL,
    state               TEXT COLLATE "C" NOT NULL,
    attempts            BIGINT           NOT NULL,
    next_attempt_at     BIGINT           NOT NULL,
    last_status         BIGINT,
    last_error          TEXT,
    updated_at          BIGINT           NOT NULL,
    PRIMARY KEY (event_id, webhook_id)
);

CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE state = 'pending';
CREATE INDEX deliveries_line ON deliveries (webhook_id, account_id, sequence) WHERE state = 'pending';
CREATE INDEX deliveries_list ON deliveries (webhook_id, updated_at);

-- Who did what. Rows are added and removed, never changed.
CREATE TABLE audit (
    id                  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at                  BIGINT           NOT NULL,
    actor               TEXT COLLATE "C" NOT NULL,
    action              TEXT COLLATE "C" NOT NULL,
    account_id          TEXT COLLATE "C",
    connection_id       TEXT COLLATE "C",
    subject             TEXT,
    outcome             TEXT COLLATE "C" NOT NULL,
    provider_status     BIGINT,
    provider_request_id TEXT COLLATE "C",
    execution_id        TEXT COLLATE "C",
    duration_ms         BIGINT           NOT NULL
);

CREATE INDEX audit_time ON audit (at, id);
CREATE INDEX audit_account ON audit (account_id, at) WHERE account_id IS NOT NULL;
