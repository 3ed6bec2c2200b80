-- Four roles, ways of signing in, sessions that end when nobody uses them, second factors, known devices, settings.
-- Sessions of before are ended: everybody signs in again.

DROP TABLE sessions;

CREATE TABLE people (
    name          TEXT NOT NULL PRIMARY KEY,
    display_name  TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('platform_admin', 'group_admin', 'officer', 'auditor')),
    scope         TEXT NOT NULL REFERENCES scopes (guid),
    way_in        TEXT NOT NULL DEFAULT 'password' CHECK (way_in IN ('password', 'openid_connect')),
    password_hash TEXT,
    disabled      INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    second_factor_required INTEGER NOT NULL DEFAULT 0 CHECK (second_factor_required IN (0, 1)),
    CHECK ((way_in = 'password') = (password_hash IS NOT NULL))
) STRICT;
INSERT INTO people (name, display_name, role, scope, password_hash)
SELECT name, display_name,
       CASE WHEN role = 'officer' THEN 'officer'
            WHEN scope IN (SELECT guid FROM scopes WHERE parent IS NULL) THEN 'platform_admin'
            ELSE 'group_admin' END,
       scope, password_hash
FROM users;
DROP TABLE users;
ALTER TABLE people RENAME TO users;
CREATE INDEX users_by_scope ON users (scope);

-- expires_at is the end of a session's life; it ends earlier when nothing was asked for idle_seconds.
CREATE TABLE sessions (
    token         BLOB    NOT NULL PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    user          TEXT    NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    address       TEXT    NOT NULL,
    began_at      INTEGER NOT NULL,
    seen_at       INTEGER NOT NULL,
    idle_seconds  INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    second_factor INTEGER NOT NULL CHECK (second_factor IN (0, 1))
) STRICT;
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_user ON sessions (user, began_at);

-- Hashes of the tokens that tell the devices from which somebody signed in before.
CREATE TABLE known_devices (
    token   BLOB    NOT NULL PRIMARY KEY,
    user    TEXT    NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX known_devices_by_user ON known_devices (user, seen_at);

-- Secrets are sealed under a key that is not in the database. No code of last_step or before is accepted again.
CREATE TABLE second_factors (
    user      TEXT    NOT NULL PRIMARY KEY REFERENCES users (name) ON DELETE CASCADE,
    secret    BLOB,
    last_step INTEGER NOT NULL DEFAULT 0,
    pending   BLOB
) STRICT;
CREATE TABLE recovery_codes (
    user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    code BLOB NOT NULL,
    PRIMARY KEY (user, code)
) STRICT;

-- Roles that sign in with a second factor, whoever has them.
CREATE TABLE second_factor_roles (
    role TEXT NOT NULL PRIMARY KEY CHECK (role IN ('platform_admin', 'group_admin', 'officer', 'auditor'))
) STRICT;

ALTER TABLE platform ADD COLUMN session_idle_seconds INTEGER NOT NULL DEFAULT 3600;
ALTER TABLE platform ADD COLUMN session_life_seconds INTEGER NOT NULL DEFAULT 43200;
ALTER TABLE platform ADD COLUMN second_factor_at_recovery INTEGER NOT NULL DEFAULT 0
    CHECK (second_factor_at_recovery IN (0, 1));

-- The link with which the first platform admin is made, while there is nobody.
CREATE TABLE setup_links (
    one        INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    token      BLOB    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
