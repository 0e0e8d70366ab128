-- Which deployment the database belongs to; one row.
CREATE TABLE deployment (
    singleton  INTEGER          NOT NULL PRIMARY KEY CHECK (singleton = 1),
    id         TEXT COLLATE "C" NOT NULL,
    place      TEXT             NOT NULL,
    seen_at    BIGINT           NOT NULL,
    fence      TEXT COLLATE "C",
    adopted_at BIGINT
);

-- When the end user consented, and how many days before the end of the grant the application was last told.
ALTER TABLE grants ADD COLUMN granted_at BIGINT;
ALTER TABLE grants ADD COLUMN told_days BIGINT;

-- Nobody wrote down when; it was not later than this.
UPDATE grants SET granted_at = least(obtained_at, (SELECT created_at FROM accounts WHERE accounts.id = grants.account_id));

CREATE INDEX grants_granted ON grants (granted_at);
