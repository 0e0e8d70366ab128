-- Connect flows whose grant waits for the application to confirm its end user.
ALTER TABLE flows ADD COLUMN request_digest BLOB;
ALTER TABLE flows ADD COLUMN holds_tokens INTEGER NOT NULL DEFAULT 0 CHECK (holds_tokens IN (0, 1));

-- What the previous release left behind.
UPDATE flows SET holds_tokens = 1 WHERE stage ->> 'stage' = 'choosing_site';

CREATE UNIQUE INDEX flows_request ON flows (request_digest) WHERE request_digest IS NOT NULL;
CREATE INDEX flows_tokens ON flows (expires_at) WHERE holds_tokens;
CREATE INDEX accounts_provider_user ON accounts (provider_account_id) WHERE provider_account_id IS NOT NULL;
