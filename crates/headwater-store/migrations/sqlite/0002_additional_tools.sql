-- Whether a connection's accounts can use tools beyond the published catalogue.
ALTER TABLE connections ADD COLUMN additional_tools INTEGER NOT NULL DEFAULT 0 CHECK (additional_tools IN (0, 1));
