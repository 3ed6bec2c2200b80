-- The next credential of an account's Agent works beside the present one until it was used once. What ended is remembered, so
-- that its use can be told from a guess. All of them are SHA-256 of the credential.
ALTER TABLE accounts ADD COLUMN next_credential BYTEA;
CREATE UNIQUE INDEX accounts_by_next_credential ON accounts (next_credential);

CREATE TABLE ended_credentials (
    credential BYTEA   NOT NULL PRIMARY KEY,
    account    TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    ended      TEXT    NOT NULL CHECK (ended IN ('superseded', 'revoked')),
    ended_at   BIGINT  NOT NULL
);
CREATE INDEX ended_credentials_by_account ON ended_credentials (account);
