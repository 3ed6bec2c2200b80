-- A request with an Idempotency-Key leaves one row, in the transaction of its first change. `id` and `fingerprint` are
-- derived from what only the caller has; `answer` is sealed under a key derived from that too.
CREATE TABLE idempotency_keys (
    id          BYTEA   NOT NULL PRIMARY KEY,
    fingerprint BYTEA   NOT NULL,
    attempt     BYTEA   NOT NULL,
    expires_at  BIGINT NOT NULL,
    answer      BYTEA
);
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);

-- Recording the same recovery again meets its line. Lines from before have no number.
ALTER TABLE recoveries ADD COLUMN id TEXT;
CREATE UNIQUE INDEX recoveries_by_id ON recoveries (id);
