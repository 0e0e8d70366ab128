-- Which deployment the database belongs to; one row.
CREATE TABLE deployment (
    only       INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    id         TEXT    NOT NULL,
    place      TEXT    NOT NULL,
    seen_at    INTEGER NOT NULL,
    fence      TEXT,
    adopted_at INTEGER
) STRICT;

-- When the end user consented, and how many days before the end of the grant the application was last told.
ALTER TABLE grants ADD COLUMN granted_at INTEGER;
ALTER TABLE grants ADD COLUMN told_days INTEGER;

-- Nobody wrote down when; it was not later than this.
UPDATE grants SET granted_at = min(obtained_at, (SELECT created_at FROM accounts WHERE accounts.id = grants.account_id));

CREATE INDEX grants_granted ON grants (granted_at);
