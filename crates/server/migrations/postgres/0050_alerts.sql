-- The same tables as migrations/sqlite/0050; keep the two alike.
-- Alerts, and the rules by which they are raised. The nearest rule above a scope, its own included, holds for it.
CREATE TABLE alert_rules (
    scope      TEXT NOT NULL REFERENCES scopes (guid) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    is_on      BIGINT NOT NULL CHECK (is_on IN (0, 1)),
    days       TEXT NOT NULL,
    recipients TEXT NOT NULL,
    PRIMARY KEY (scope, kind)
);

-- subject: what makes it one alert, whoever raises it: a fingerprint or an account. scope: a certificate's, or the
-- account's Group. at: when the cause began, or will come true. day: of the rule's days, the last one that was reached.
-- changed: grows with each change of any of them; who sends alerts goes on from the last one they sent.
CREATE TABLE alerts (
    id          TEXT NOT NULL PRIMARY KEY,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    scope       TEXT NOT NULL REFERENCES scopes (guid) ON DELETE CASCADE,
    account     TEXT REFERENCES accounts (id) ON DELETE CASCADE,
    certificate BYTEA,
    at          BIGINT NOT NULL,
    day         BIGINT,
    raised_at   BIGINT NOT NULL,
    closed_at   BIGINT,
    changed     BIGINT NOT NULL
);
CREATE UNIQUE INDEX alerts_one_open ON alerts (kind, subject) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX alerts_by_change ON alerts (changed);
CREATE INDEX alerts_open_by_scope ON alerts (scope, changed) WHERE closed_at IS NULL;
CREATE INDEX alerts_by_account ON alerts (account) WHERE account IS NOT NULL;
CREATE INDEX alerts_by_end ON alerts (closed_at) WHERE closed_at IS NOT NULL;

ALTER TABLE platform ADD COLUMN alert_changes BIGINT NOT NULL DEFAULT 0;

-- Since when the periodic look at accounts has seen the present key not captured.
ALTER TABLE accounts ADD COLUMN uncaptured_since BIGINT;
CREATE INDEX certificates_by_end ON certificates (not_after) WHERE superseded_at IS NULL;
