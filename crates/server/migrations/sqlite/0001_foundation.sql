-- GUIDs are canonical text, times whole Unix seconds, fingerprints 32 bytes. Names are kept byte for byte.
-- No encryption key ever stands here in the clear: captured_keys.content is CMS, encrypted to a Group Certificate.

CREATE TABLE scopes (
    guid   TEXT NOT NULL PRIMARY KEY,
    kind   TEXT NOT NULL CHECK (kind IN ('collection', 'group')),
    name   TEXT NOT NULL,
    parent TEXT REFERENCES scopes (guid)
) STRICT;
CREATE INDEX scopes_by_parent ON scopes (parent);
CREATE UNIQUE INDEX scopes_one_root ON scopes ((1)) WHERE parent IS NULL;

CREATE TABLE accounts (
    id             TEXT NOT NULL PRIMARY KEY,
    name           TEXT NOT NULL,
    group_guid     TEXT NOT NULL REFERENCES scopes (guid),
    key_id         TEXT,
    last_backup_at INTEGER,
    credential     BLOB UNIQUE
) STRICT;
CREATE INDEX accounts_by_group ON accounts (group_guid);

CREATE TABLE enrolment_tokens (
    account    TEXT    NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    token      BLOB    NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    name          TEXT NOT NULL PRIMARY KEY,
    display_name  TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('admin', 'officer')),
    scope         TEXT NOT NULL REFERENCES scopes (guid),
    password_hash TEXT NOT NULL
) STRICT;
CREATE INDEX users_by_scope ON users (scope);

CREATE TABLE sessions (
    token      BLOB    NOT NULL PRIMARY KEY,
    user       TEXT    NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_user ON sessions (user);

CREATE TABLE requests (
    seq              INTEGER PRIMARY KEY AUTOINCREMENT,
    id               TEXT    NOT NULL UNIQUE,
    scope            TEXT    NOT NULL REFERENCES scopes (guid) ON DELETE CASCADE,
    requester        TEXT    NOT NULL,
    requester_name   TEXT    NOT NULL,
    submitted_at     INTEGER NOT NULL,
    spki_fingerprint BLOB    NOT NULL,
    request          TEXT    NOT NULL,
    state            TEXT    NOT NULL CHECK (state IN ('waiting', 'signed', 'rejected', 'replaced')),
    certificate      TEXT,
    certificate_fingerprint BLOB,
    reason           TEXT,
    CHECK ((state = 'rejected') = (reason IS NOT NULL)),
    CHECK ((certificate IS NULL) = (certificate_fingerprint IS NULL)),
    CHECK (state <> 'signed' OR certificate IS NOT NULL)
) STRICT;
CREATE INDEX requests_by_scope ON requests (scope, seq);
CREATE UNIQUE INDEX requests_one_waiting ON requests (scope) WHERE state = 'waiting';

CREATE TABLE certificates (
    seq              INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint      BLOB    NOT NULL UNIQUE,
    scope            TEXT    NOT NULL REFERENCES scopes (guid) ON DELETE CASCADE,
    spki_fingerprint BLOB    NOT NULL,
    der              BLOB    NOT NULL,
    not_before       INTEGER NOT NULL,
    not_after        INTEGER NOT NULL,
    uploaded_at      INTEGER NOT NULL,
    uploaded_by      TEXT    NOT NULL,
    superseded_at    INTEGER
) STRICT;
CREATE INDEX certificates_by_scope ON certificates (scope, seq);
CREATE UNIQUE INDEX certificates_one_active ON certificates (scope) WHERE superseded_at IS NULL;

CREATE TABLE backups (
    id         TEXT    NOT NULL PRIMARY KEY,
    account    TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    key_id     TEXT    NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    outcome    TEXT CHECK (outcome IN ('completed', 'failed')),
    exit_code  INTEGER,
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
) STRICT;
CREATE INDEX backups_by_account ON backups (account, key_id);

CREATE TABLE captured_keys (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT    NOT NULL UNIQUE,
    account     TEXT    NOT NULL REFERENCES accounts (id),
    key_id      TEXT    NOT NULL,
    certificate BLOB    NOT NULL REFERENCES certificates (fingerprint),
    captured_at INTEGER NOT NULL,
    content     BLOB    NOT NULL,
    UNIQUE (account, key_id, certificate)
) STRICT;
CREATE INDEX captured_keys_by_certificate ON captured_keys (certificate);

CREATE VIEW captured_key_summaries AS
SELECT captured_keys.seq, captured_keys.id, captured_keys.account, accounts.name AS account_name,
       certificates.scope, scopes.name AS scope_name, captured_keys.key_id, captured_keys.certificate,
       certificates.spki_fingerprint, captured_keys.captured_at,
       coalesce(accounts.key_id = captured_keys.key_id, 0) AS current
FROM captured_keys
JOIN accounts ON accounts.id = captured_keys.account
JOIN certificates ON certificates.fingerprint = captured_keys.certificate
JOIN scopes ON scopes.guid = certificates.scope;

-- Append-only. No foreign keys: the record outlives what it names.
CREATE TABLE recoveries (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    recovered_at INTEGER NOT NULL,
    user         TEXT    NOT NULL,
    account      TEXT    NOT NULL,
    account_name TEXT    NOT NULL,
    captured_key TEXT    NOT NULL,
    key_id       TEXT    NOT NULL,
    reason       TEXT    NOT NULL
) STRICT;
CREATE TRIGGER recoveries_are_not_changed BEFORE UPDATE ON recoveries
BEGIN SELECT RAISE(ABORT, 'recoveries are append-only'); END;
CREATE TRIGGER recoveries_are_not_deleted BEFORE DELETE ON recoveries
BEGIN SELECT RAISE(ABORT, 'recoveries are append-only'); END;

CREATE TABLE platform (
    one  INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    name TEXT    NOT NULL,
    root TEXT    NOT NULL REFERENCES scopes (guid)
) STRICT;
