-- The same tables as migrations/sqlite/0001; keep the two alike. Names sort by their bytes.
-- GUIDs are canonical text, times whole Unix seconds, fingerprints 32 bytes. Names are kept byte for byte.
-- No encryption key ever stands here in the clear: captured_keys.content is CMS, encrypted to a Group Certificate.

CREATE TABLE scopes (
    guid   TEXT NOT NULL PRIMARY KEY,
    kind   TEXT NOT NULL CHECK (kind IN ('collection', 'group')),
    name   TEXT COLLATE "C" NOT NULL,
    parent TEXT REFERENCES scopes (guid)
);
CREATE INDEX scopes_by_parent ON scopes (parent);
CREATE UNIQUE INDEX scopes_one_root ON scopes ((1)) WHERE parent IS NULL;

CREATE TABLE accounts (
    id             TEXT NOT NULL PRIMARY KEY,
    name           TEXT COLLATE "C" NOT NULL,
    group_guid     TEXT NOT NULL REFERENCES scopes (guid),
    key_id         TEXT,
    last_backup_at BIGINT,
    credential     BYTEA UNIQUE
);
CREATE INDEX accounts_by_group ON accounts (group_guid);

CREATE TABLE enrolment_tokens (
    account    TEXT    NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    token      BYTEA    NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL
);

CREATE TABLE users (
    name          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    display_name  TEXT COLLATE "C" NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('admin', 'officer')),
    scope         TEXT NOT NULL REFERENCES scopes (guid),
    password_hash TEXT NOT NULL
);
CREATE INDEX users_by_scope ON users (scope);

CREATE TABLE sessions (
    token      BYTEA    NOT NULL PRIMARY KEY,
    "user"     TEXT    NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_user ON sessions ("user");

CREATE TABLE requests (
    seq              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id               TEXT    NOT NULL UNIQUE,
    scope            TEXT    NOT NULL REFERENCES scopes (guid) ON DELETE CASCADE,
    requester        TEXT    NOT NULL,
    requester_name   TEXT    NOT NULL,
    submitted_at     BIGINT NOT NULL,
    spki_fingerprint BYTEA    NOT NULL,
    request          TEXT    NOT NULL,
    state            TEXT    NOT NULL CHECK (state IN ('waiting', 'signed', 'rejected', 'replaced')),
    certificate      TEXT,
    certificate_fingerprint BYTEA,
    reason           TEXT,
    CHECK ((state = 'rejected') = (reason IS NOT NULL)),
    CHECK ((certificate IS NULL) = (certificate_fingerprint IS NULL)),
    CHECK (state <> 'signed' OR certificate IS NOT NULL)
);
CREATE INDEX requests_by_scope ON requests (scope, seq);
CREATE UNIQUE INDEX requests_one_waiting ON requests (scope) WHERE state = 'waiting';

CREATE TABLE certificates (
    seq              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint      BYTEA    NOT NULL UNIQUE,
    scope            TEXT    NOT NULL REFERENCES scopes (guid) ON DELETE CASCADE,
    spki_fingerprint BYTEA    NOT NULL,
    der              BYTEA    NOT NULL,
    not_before       BIGINT NOT NULL,
    not_after        BIGINT NOT NULL,
    uploaded_at      BIGINT NOT NULL,
    uploaded_by      TEXT    NOT NULL,
    superseded_at    BIGINT
);
CREATE INDEX certificates_by_scope ON certificates (scope, seq);
CREATE UNIQUE INDEX certificates_one_active ON certificates (scope) WHERE superseded_at IS NULL;

CREATE TABLE backups (
    id         TEXT    NOT NULL PRIMARY KEY,
    account    TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    key_id     TEXT    NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at   BIGINT,
    outcome    TEXT CHECK (outcome IN ('completed', 'failed')),
    exit_code  BIGINT,
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX backups_by_account ON backups (account, key_id);

CREATE TABLE captured_keys (
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    account     TEXT    NOT NULL REFERENCES accounts (id),
    key_id      TEXT    NOT NULL,
    certificate BYTEA    NOT NULL REFERENCES certificates (fingerprint),
    captured_at BIGINT NOT NULL,
    content     BYTEA    NOT NULL,
    UNIQUE (account, key_id, certificate)
);
CREATE INDEX captured_keys_by_certificate ON captured_keys (certificate);

CREATE VIEW captured_key_summaries AS
SELECT captured_keys.seq, captured_keys.id, captured_keys.account, accounts.name AS account_name,
       certificates.scope, scopes.name AS scope_name, captured_keys.key_id, captured_keys.certificate,
       certificates.spki_fingerprint, captured_keys.captured_at,
       CASE WHEN accounts.key_id = captured_keys.key_id THEN 1 ELSE 0 END AS current
FROM captured_keys
JOIN accounts ON accounts.id = captured_keys.account
JOIN certificates ON certificates.fingerprint = captured_keys.certificate
JOIN scopes ON scopes.guid = certificates.scope;

-- Append-only. No foreign keys: the record outlives what it names.
CREATE TABLE recoveries (
    seq          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recovered_at BIGINT NOT NULL,
    "user"       TEXT    NOT NULL,
    account      TEXT    NOT NULL,
    account_name TEXT    NOT NULL,
    captured_key TEXT    NOT NULL,
    key_id       TEXT    NOT NULL,
    reason       TEXT    NOT NULL
);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER recoveries_are_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON recoveries
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE platform (
    one  BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    name TEXT COLLATE "C"    NOT NULL,
    root TEXT    NOT NULL REFERENCES scopes (guid)
);
