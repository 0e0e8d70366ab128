-- Whether a connection's accounts can use tools beyond the published catalogue.
ALTER TABLE connections ADD COLUMN additional_tools BOOLEAN NOT NULL DEFAULT FALSE;
