-- One captured key for each stay of a key in the cache (its "life"), not one for ever. The table is made anew, because
-- SQLite drops no constraint.
DROP VIEW captured_key_summaries;

CREATE TABLE captured_keys_by_life (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT    NOT NULL UNIQUE,
    account     TEXT    NOT NULL REFERENCES accounts (id),
    key_id      TEXT    NOT NULL,
    certificate BLOB    NOT NULL REFERENCES certificates (fingerprint),
    life        TEXT    NOT NULL,
    captured_at INTEGER NOT NULL,
    content     BLOB    NOT NULL,
    UNIQUE (account, key_id, certificate, life)
) STRICT;
-- What was captured before belongs to a life of its own.
INSERT INTO captured_keys_by_life (seq, id, account, key_id, certificate, life, captured_at, content)
SELECT seq, id, account, key_id, certificate, id, captured_at, content FROM captured_keys ORDER BY seq;
DROP TABLE captured_keys;
ALTER TABLE captured_keys_by_life RENAME TO captured_keys;
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
