-- The same as migrations/sqlite/0030; keep the two alike. Offline processing. Where an account's repository is, as its Agent says; never a password.
ALTER TABLE accounts ADD COLUMN tool TEXT CHECK (tool IN ('restic', 'borg'));
ALTER TABLE accounts ADD COLUMN repository TEXT;

-- What is done with repositories of accounts in a scope, as JSON. The nearest row on the way to the root is in force.
CREATE TABLE job_rules (
    scope TEXT NOT NULL PRIMARY KEY REFERENCES scopes (guid) ON DELETE CASCADE,
    rules TEXT NOT NULL
);

-- not_before: it waits at least until then. holder, lease_until: the AccountServer that is at it, for as long as it says
-- so. attempts: how often it was begun. cancel: somebody wants it to end.
CREATE TABLE jobs (
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    account     TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind        TEXT    NOT NULL CHECK (kind IN ('check', 'roll-up', 'drill')),
    state       TEXT    NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'skipped', 'cancelled')),
    reason      TEXT,
    asked_by    TEXT,
    queued_at   BIGINT NOT NULL,
    not_before  BIGINT NOT NULL,
    started_at  BIGINT,
    ended_at    BIGINT,
    server      TEXT,
    tool        TEXT,
    words       TEXT,
    holder      TEXT,
    lease_until BIGINT,
    attempts    BIGINT NOT NULL DEFAULT 0,
    cancel      BIGINT NOT NULL DEFAULT 0 CHECK (cancel IN (0, 1)),
    CHECK ((state = 'running') = (holder IS NOT NULL)),
    CHECK ((holder IS NULL) = (lease_until IS NULL))
);
CREATE INDEX jobs_by_account ON jobs (account, seq);
CREATE INDEX jobs_by_kind ON jobs (account, kind, queued_at);
CREATE INDEX jobs_under_way ON jobs (seq) WHERE state IN ('waiting', 'running');
CREATE INDEX jobs_by_end ON jobs (ended_at) WHERE ended_at IS NOT NULL;
CREATE UNIQUE INDEX jobs_one_of_a_kind ON jobs (account, kind) WHERE state IN ('waiting', 'running');
CREATE UNIQUE INDEX jobs_one_at_a_time ON jobs (account) WHERE state = 'running';
