-- Connect flows whose grant waits for the application to confirm its end user.
ALTER TABLE flows ADD COLUMN request_digest BYTEA;
ALTER TABLE flows ADD COLUMN holds_tokens BOOLEAN NOT NULL DEFAULT FALSE;

-- What the previous release left behind.
UPDATE flows SET holds_tokens = TRUE WHERE stage::jsonb ->> 'stage' = 'choosing_site';

CREATE UNIQUE INDEX flows_request ON flows (request_digest) WHERE request_digest IS NOT NULL;
CREATE INDEX flows_tokens ON flows (expires_at) WHERE holds_tokens;
CREATE INDEX accounts_provider_user ON accounts (provider_account_id) WHERE provider_account_id IS NOT NULL;
