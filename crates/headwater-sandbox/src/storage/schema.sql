-- Everything the emulated Confluence Cloud remembers. Times are milliseconds since 1970, ids come from one sequence.

CREATE TABLE IF NOT EXISTS sequences (name TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO sequences (name, last) VALUES ('content', 98304), ('label', 524288), ('property', 655360), ('task', 786432);
INSERT OR IGNORE INTO sequences (name, last) VALUES ('permission', 294912), ('state', 2097152);

CREATE TABLE IF NOT EXISTS sites (
    cloud_id TEXT PRIMARY KEY,
    url      TEXT NOT NULL,
    name     TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS users (
    account_id   TEXT PRIMARY KEY,
    display_name TEXT NOT NULL,
    email        TEXT NOT NULL,
    time_zone    TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS spaces (
    id          INTEGER PRIMARY KEY,
    cloud_id    TEXT NOT NULL REFERENCES sites (cloud_id),
    key         TEXT NOT NULL COLLATE NOCASE,
    name        TEXT NOT NULL,
    type        TEXT NOT NULL,
    status      TEXT NOT NULL,
    author_id   TEXT NOT NULL,
    homepage_id INTEGER,
    created_at  INTEGER NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    UNIQUE (cloud_id, key)
) STRICT;

-- Pages, blog posts, comments, attachments and what else has an id of the same kind.
CREATE TABLE IF NOT EXISTS contents (
    id                 INTEGER PRIMARY KEY,
    cloud_id           TEXT NOT NULL REFERENCES sites (cloud_id),
    type               TEXT NOT NULL,
    subtype            TEXT,             -- comments: footer or inline; pages: live or nothing
    status             TEXT NOT NULL,
    title              TEXT NOT NULL,
    title_key          TEXT NOT NULL,    -- the title in lower case, of all alphabets: what titles are compared by
    space_id           INTEGER NOT NULL REFERENCES spaces (id),
    parent_id          INTEGER,          -- the node of the tree above, or the comment that is answered
    parent_type        TEXT,             -- the type of the parent; kept by the triggers below
    container_id       INTEGER,          -- comments, attachments and custom content: what they hang on
    position           INTEGER,
    previous_parent_id INTEGER,          -- where a trashed page was, for when it is restored
    author_id          TEXT NOT NULL,
    owner_id           TEXT NOT NULL,
    last_owner_id      TEXT,
    created_at         INTEGER NOT NULL,
    modified_at        INTEGER NOT NULL, -- when its newest version was written
    version            INTEGER NOT NULL,
    body               TEXT NOT NULL,
    private            INTEGER NOT NULL DEFAULT 0,
    share_id           TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS contents_by_place ON contents (cloud_id, type, status, id);
-- One for each order of lists, so that a page of a list reads no more rows than it shows.
CREATE INDEX IF NOT EXISTS contents_by_id ON contents (cloud_id, type, id);
CREATE INDEX IF NOT EXISTS contents_by_creation ON contents (cloud_id, type, created_at, id);
CREATE INDEX IF NOT EXISTS contents_by_change ON contents (cloud_id, type, modified_at, id);
CREATE INDEX IF NOT EXISTS contents_by_title ON contents (cloud_id, type, title_key, id);
CREATE INDEX IF NOT EXISTS contents_by_space ON contents (space_id, type, title_key);
CREATE INDEX IF NOT EXISTS contents_by_parent ON contents (parent_id, position);
CREATE INDEX IF NOT EXISTS contents_by_container ON contents (container_id, type);
CREATE TRIGGER IF NOT EXISTS contents_parent_of_new AFTER INSERT ON contents WHEN new.parent_id IS NOT NULL BEGIN
    UPDATE contents SET parent_type = (SELECT type FROM contents WHERE id = new.parent_id) WHERE id = new.id;
END;
CREATE TRIGGER IF NOT EXISTS contents_parent_of_moved AFTER UPDATE OF parent_id ON contents BEGIN
    UPDATE contents SET parent_type = (SELECT type FROM contents WHERE id = new.parent_id) WHERE id = new.id;
END;

CREATE TABLE IF NOT EXISTS versions (
    content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL,
    author_id  TEXT NOT NULL,
    message    TEXT NOT NULL,
    minor_edit INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (content_id, number)
) STRICT, WITHOUT ROWID;

-- The unpublished edit of something that is already published; never published content has status draft instead.
CREATE TABLE IF NOT EXISTS drafts (
    content_id INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    author_id  TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS labels (
    id     INTEGER PRIMARY KEY,
    prefix TEXT NOT NULL,
    name   TEXT NOT NULL,
    UNIQUE (prefix, name)
) STRICT;

CREATE TABLE IF NOT EXISTS content_labels (
    content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    label_id   INTEGER NOT NULL REFERENCES labels (id),
    created_at INTEGER NOT NULL,
    author_id  TEXT NOT NULL,
    PRIMARY KEY (content_id, label_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS content_labels_by_label ON content_labels (label_id);

CREATE TABLE IF NOT EXISTS attachments (
    content_id   INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE,
    container_id INTEGER NOT NULL,
    media_type   TEXT NOT NULL,
    file_size    INTEGER NOT NULL,
    comment      TEXT NOT NULL,
    file_id      TEXT NOT NULL,
    data         BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS properties (
    id             INTEGER PRIMARY KEY,
    container_type TEXT NOT NULL,
    container_id   INTEGER NOT NULL,
    key            TEXT NOT NULL,
    value          TEXT NOT NULL,        -- JSON
    version        INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    author_id      TEXT NOT NULL,
    changed_at     INTEGER NOT NULL,
    editor_id      TEXT NOT NULL,
    message        TEXT NOT NULL,
    minor_edit     INTEGER NOT NULL,
    UNIQUE (container_type, container_id, key)
) STRICT;
CREATE TRIGGER IF NOT EXISTS properties_of_removed_content AFTER DELETE ON contents BEGIN
    DELETE FROM properties WHERE container_type = old.type AND container_id = old.id;
END;

CREATE VIRTUAL TABLE IF NOT EXISTS content_search USING fts5 (
    title, body, tokenize = 'porter unicode61 remove_diacritics 2'
);
-- The same words as they are written, without their stems: what wildcards and fuzzy words are looked up in.
CREATE VIRTUAL TABLE IF NOT EXISTS content_words USING fts5 (
    words, content = '', contentless_delete = 1, detail = 'none', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary USING fts5vocab (content_words, 'row');

-- The authorization server.
CREATE TABLE IF NOT EXISTS clients (
    client_id     TEXT PRIMARY KEY,
    client_secret TEXT NOT NULL,
    name          TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,         -- JSON array
    scopes        TEXT NOT NULL          -- JSON array; empty means any
) STRICT;

-- A consent form that was shown and not answered yet. Answering takes the row away.
CREATE TABLE IF NOT EXISTS consents (
    consent_id     TEXT PRIMARY KEY,
    client_id      TEXT NOT NULL,
    redirect_uri   TEXT NOT NULL,
    scope          TEXT NOT NULL,
    state          TEXT,
    code_challenge TEXT,
    expires_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS grants (
    grant_id   TEXT PRIMARY KEY,
    client_id  TEXT NOT NULL,
    account_id TEXT NOT NULL,
    scope      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE IF NOT EXISTS grant_sites (
    grant_id TEXT NOT NULL REFERENCES grants (grant_id) ON DELETE CASCADE,
    cloud_id TEXT NOT NULL,
    PRIMARY KEY (grant_id, cloud_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS codes (
    code           TEXT PRIMARY KEY,
    grant_id       TEXT NOT NULL REFERENCES grants (grant_id) ON DELETE CASCADE,
    redirect_uri   TEXT NOT NULL,
    code_challenge TEXT,
    expires_at     INTEGER NOT NULL
) STRICT;

-- One row per refresh token. `rotated_at` is when it was first exchanged, `predecessor` what it was exchanged for.
CREATE TABLE IF NOT EXISTS refresh_tokens (
    token       TEXT PRIMARY KEY,
    grant_id    TEXT NOT NULL REFERENCES grants (grant_id) ON DELETE CASCADE,
    predecessor TEXT,
    generation  INTEGER NOT NULL,        -- how many exchanges lie between it and the consent
    created_at  INTEGER NOT NULL,
    rotated_at  INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS refresh_tokens_by_grant ON refresh_tokens (grant_id);

CREATE TABLE IF NOT EXISTS access_tokens (
    token         TEXT PRIMARY KEY,
    grant_id      TEXT NOT NULL REFERENCES grants (grant_id) ON DELETE CASCADE,
    scope         TEXT NOT NULL,         -- as granted when it was issued
    refresh_token TEXT,                  -- the other half of the pair
    generation    INTEGER NOT NULL,      -- that of the pair
    expires_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS access_tokens_by_grant ON access_tokens (grant_id);

-- The links that attachment downloads are redirected to.
CREATE TABLE IF NOT EXISTS media_links (
    token      TEXT PRIMARY KEY,
    content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT;

-- What only some kinds of content have: the address of an embed, the format of a body of custom content.
CREATE TABLE IF NOT EXISTS content_details (
    content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY (content_id, name)
) STRICT, WITHOUT ROWID;

-- What each site has bought; a site without a row has everything.
CREATE TABLE IF NOT EXISTS editions (
    cloud_id TEXT PRIMARY KEY REFERENCES sites (cloud_id),
    edition  TEXT NOT NULL
) STRICT;

-- Which classification level something has: content, its draft, or a space as the default of what is in it.
CREATE TABLE IF NOT EXISTS classifications (
    target_type TEXT NOT NULL,
    target_id   INTEGER NOT NULL,
    level_id    TEXT NOT NULL,
    PRIMARY KEY (target_type, target_id)
) STRICT, WITHOUT ROWID;

-- Work that clients poll for. It is done when it is asked for; what is told about it runs until `ends_at`.
CREATE TABLE IF NOT EXISTS long_tasks (
    id         INTEGER PRIMARY KEY,
    cloud_id   TEXT NOT NULL REFERENCES sites (cloud_id),
    account_id TEXT NOT NULL,
    key        TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    message    TEXT NOT NULL,
    details    TEXT NOT NULL         -- JSON
) STRICT;

-- Bodies that were converted for a client that polls for them.
CREATE TABLE IF NOT EXISTS conversions (
    id             TEXT PRIMARY KEY,
    account_id     TEXT NOT NULL,
    source         TEXT NOT NULL,    -- what was asked, for finding the same request again
    representation TEXT NOT NULL,
    value          TEXT NOT NULL,
    ready_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS conversions_by_source ON conversions (account_id, source);

-- Who likes what.
CREATE TABLE IF NOT EXISTS likes (
    content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (content_id, account_id)
) STRICT, WITHOUT ROWID;

-- The labels of spaces; those of content have a table of their own.
CREATE TABLE IF NOT EXISTS space_labels (
    space_id   INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
    label_id   INTEGER NOT NULL REFERENCES labels (id),
    created_at INTEGER NOT NULL,
    author_id  TEXT NOT NULL,
    PRIMARY KEY (space_id, label_id)
) STRICT, WITHOUT ROWID;

-- What is known of inline comments besides their content row.
CREATE TABLE IF NOT EXISTS inline_comments (
    content_id  INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE,
    marker_ref  TEXT NOT NULL,       -- a UUID; the marker in the body of the container carries it
    selection   TEXT NOT NULL,
    resolution  TEXT NOT NULL,       -- open, reopened or resolved; dangling is found out when it is shown
    resolver_id TEXT,
    resolved_at INTEGER
) STRICT;

-- Tasks are born from bodies: every write of a body brings the rows of its tasks up to date.
CREATE TABLE IF NOT EXISTS tasks (
    id           INTEGER PRIMARY KEY,
    cloud_id     TEXT NOT NULL,
    content_id   INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    local_id     TEXT NOT NULL,
    status       TEXT NOT NULL,
    body         TEXT NOT NULL,      -- storage format
    creator_id   TEXT NOT NULL,
    assignee_id  TEXT,
    completer_id TEXT,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    due_at       INTEGER,
    completed_at INTEGER,
    UNIQUE (content_id, local_id)
) STRICT;

-- What is switched on for a site; a site without a row has it off.
CREATE TABLE IF NOT EXISTS site_switches (
    cloud_id TEXT NOT NULL REFERENCES sites (cloud_id),
    name     TEXT NOT NULL,
    PRIMARY KEY (cloud_id, name)
) STRICT, WITHOUT ROWID;

-- The groups of a site. `access` says what members are on the site: user, admin, site-admin, or nothing of that.
CREATE TABLE IF NOT EXISTS user_groups (
    group_id TEXT PRIMARY KEY,
    cloud_id TEXT NOT NULL REFERENCES sites (cloud_id),
    name     TEXT NOT NULL COLLATE NOCASE,
    access   TEXT NOT NULL,
    UNIQUE (cloud_id, name)
) STRICT;

CREATE TABLE IF NOT EXISTS group_members (
    group_id   TEXT NOT NULL REFERENCES user_groups (group_id) ON DELETE CASCADE,
    account_id TEXT NOT NULL,
    PRIMARY KEY (group_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS group_members_by_account ON group_members (account_id);

-- Who may do what in a space. A principal is a user, a group, or an access class: everybody, or the administrators.
CREATE TABLE IF NOT EXISTS space_permissions (
    id             INTEGER PRIMARY KEY,
    space_id       INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
    principal_type TEXT NOT NULL,
    principal_id   TEXT NOT NULL,
    operation      TEXT NOT NULL,
    target         TEXT NOT NULL,
    UNIQUE (space_id, principal_type, principal_id, operation, target)
) STRICT;
CREATE INDEX IF NOT EXISTS space_permissions_by_operation ON space_permissions (operation, target, space_id);

-- Bundles of permissions with a name, and who has them in which space.
CREATE TABLE IF NOT EXISTS space_roles (
    role_id     TEXT PRIMARY KEY,
    cloud_id    TEXT NOT NULL REFERENCES sites (cloud_id),
    type        TEXT NOT NULL,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    UNIQUE (cloud_id, name)
) STRICT;

CREATE TABLE IF NOT EXISTS role_permissions (
    role_id   TEXT NOT NULL REFERENCES space_roles (role_id) ON DELETE CASCADE,
    operation TEXT NOT NULL,
    target    TEXT NOT NULL,
    PRIMARY KEY (role_id, operation, target)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS role_assignments (
    id             INTEGER PRIMARY KEY,
    space_id       INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
    principal_type TEXT NOT NULL,
    principal_id   TEXT NOT NULL,
    role_id        TEXT NOT NULL REFERENCES space_roles (role_id) ON DELETE CASCADE,
    UNIQUE (space_id, principal_type, principal_id)
) STRICT;
CREATE INDEX IF NOT EXISTS role_assignments_by_role ON role_assignments (role_id, space_id);

-- What an account counts as; the cloud id is empty for what holds on every site.
CREATE VIEW IF NOT EXISTS principals (account_id, cloud_id, type, id) AS
    SELECT account_id, '', 'user', account_id FROM users
    UNION ALL SELECT account_id, '', 'access-class', 'ALL_LICENSED_USERS' FROM users
    UNION ALL SELECT account_id, '', 'group', group_id FROM group_members
    UNION ALL SELECT account_id, cloud_id, 'access-class', 'ALL_PRODUCT_ADMINS'
        FROM group_members JOIN user_groups USING (group_id) WHERE access IN ('admin', 'site-admin');

-- What is allowed in spaces, by permission or by role.
CREATE VIEW IF NOT EXISTS space_grants (space_id, principal_type, principal_id, operation, target) AS
    SELECT space_id, principal_type, principal_id, operation, target FROM space_permissions
    UNION ALL SELECT space_id, principal_type, principal_id, operation, target
        FROM role_assignments JOIN role_permissions USING (role_id);

-- Who alone may read or update content; content without rows is open to whoever may in its space. What is closed to
-- readers closes everything below it and on it too.
CREATE TABLE IF NOT EXISTS restrictions (
    content_id     INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    operation      TEXT NOT NULL,
    principal_type TEXT NOT NULL,
    principal_id   TEXT NOT NULL,
    PRIMARY KEY (content_id, operation, principal_type, principal_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS restrictions_by_operation ON restrictions (operation, content_id);

-- Administrators who asked to see everything, and until when.
CREATE TABLE IF NOT EXISTS admin_keys (
    cloud_id   TEXT NOT NULL REFERENCES sites (cloud_id),
    account_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (cloud_id, account_id)
) STRICT, WITHOUT ROWID;

-- What new pages can start from; without a space it is for the whole site.
CREATE TABLE IF NOT EXISTS templates (
    id          INTEGER PRIMARY KEY,
    cloud_id    TEXT NOT NULL REFERENCES sites (cloud_id),
    space_id    INTEGER REFERENCES spaces (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    type        TEXT NOT NULL,
    description TEXT NOT NULL,
    body        TEXT NOT NULL,
    labels      TEXT NOT NULL        -- JSON
) STRICT;

-- Who is told of changes: the target is content by its id, a space by its id, or a label by its name on a site.
CREATE TABLE IF NOT EXISTS watches (
    target_type TEXT NOT NULL,
    target_id   TEXT NOT NULL,
    account_id  TEXT NOT NULL,
    PRIMARY KEY (target_type, target_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS watches_of_new_content AFTER INSERT ON contents
    WHEN new.type IN ('page', 'blogpost') BEGIN
    INSERT OR IGNORE INTO watches (target_type, target_id, account_id)
        VALUES ('content', CAST(new.id AS TEXT), new.author_id);
END;
CREATE TRIGGER IF NOT EXISTS watches_of_removed_content AFTER DELETE ON contents BEGIN
    DELETE FROM watches WHERE target_type = 'content' AND target_id = CAST(old.id AS TEXT);
END;

-- The states that people made, and which content has which state.
CREATE TABLE IF NOT EXISTS custom_states (
    id         INTEGER PRIMARY KEY,
    account_id TEXT NOT NULL,
    name       TEXT NOT NULL,
    color      TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS content_states (
    content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    draft      INTEGER NOT NULL,
    state_id   INTEGER NOT NULL,
    name       TEXT NOT NULL,
    color      TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (content_id, draft)
) STRICT, WITHOUT ROWID;

-- Passwords that users give to programs.
CREATE TABLE IF NOT EXISTS api_tokens (
    token      TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES users (account_id) ON DELETE CASCADE
) STRICT;

-- What somebody says of something: `favourite`, or whatever word a program uses.
CREATE TABLE IF NOT EXISTS relations (
    cloud_id    TEXT NOT NULL REFERENCES sites (cloud_id),
    name        TEXT NOT NULL,
    source_type TEXT NOT NULL,       -- user, content or space
    source_id   TEXT NOT NULL,       -- an account id, or the id of content or of a space
    target_type TEXT NOT NULL,
    target_id   TEXT NOT NULL,
    author_id   TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (cloud_id, name, source_type, source_id, target_type, target_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS relations_by_target ON relations (target_type, target_id, name);

-- Who looked at what, and when.
CREATE TABLE IF NOT EXISTS views (
    id         INTEGER PRIMARY KEY,
    content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL,
    viewed_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS views_by_content ON views (content_id, account_id);
CREATE INDEX IF NOT EXISTS views_by_account ON views (account_id, viewed_at);
