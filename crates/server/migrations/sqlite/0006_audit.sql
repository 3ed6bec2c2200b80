-- The audit log (docs/FORMATS.md). `entry` is what counts and what is hashed; the columns after it are copies of what
-- it says, to find it by. No foreign keys: an entry outlives what it names.
CREATE TABLE audit_entries (
    number   INTEGER NOT NULL PRIMARY KEY,
    hash     BLOB    NOT NULL,
    entry    TEXT    NOT NULL,
    acted_at INTEGER NOT NULL,
    who      TEXT    NOT NULL,
    action   TEXT    NOT NULL,
    scope    TEXT,
    place    TEXT,
    account  TEXT,
    person   TEXT
) STRICT;
CREATE INDEX audit_entries_by_time ON audit_entries (acted_at);
CREATE INDEX audit_entries_by_who ON audit_entries (who, number);
CREATE INDEX audit_entries_by_action ON audit_entries (action, number);
CREATE INDEX audit_entries_by_scope ON audit_entries (scope, number) WHERE scope IS NOT NULL;
CREATE INDEX audit_entries_by_place ON audit_entries (place, number) WHERE place IS NOT NULL;
CREATE INDEX audit_entries_by_account ON audit_entries (account, number) WHERE account IS NOT NULL;
CREATE INDEX audit_entries_by_person ON audit_entries (person, number) WHERE person IS NOT NULL;

CREATE TRIGGER audit_entries_are_not_changed BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;
CREATE TRIGGER audit_entries_are_not_deleted BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;
-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER audit_entries_are_appended BEFORE INSERT ON audit_entries
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM audit_entries)
BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;

-- Its rows go into the log when the store is opened (store/sql/recoveries.rs); then it stays empty.
DROP TRIGGER recoveries_are_not_changed;
DROP TRIGGER recoveries_are_not_deleted;
