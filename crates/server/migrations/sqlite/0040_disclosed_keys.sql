-- Keys that were handed out in a recovery. The account is marked since disclosed_at, until a key that nobody had before is
-- captured.
CREATE TABLE disclosed_keys (
    account      TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    key_id       TEXT    NOT NULL,
    disclosed_at INTEGER NOT NULL,
    PRIMARY KEY (account, key_id)
) STRICT;
ALTER TABLE accounts ADD COLUMN disclosed_at INTEGER;
-- Whether the Agent says that it made the key itself, so that nobody had it before it was captured.
ALTER TABLE backups ADD COLUMN generated INTEGER NOT NULL DEFAULT 0 CHECK (generated IN (0, 1));
