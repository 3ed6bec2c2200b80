-- The same tables as migrations/sqlite/0006; keep the two alike.
CREATE TABLE audit_entries (
    number   BIGINT NOT NULL PRIMARY KEY,
    hash     BYTEA  NOT NULL,
    entry    TEXT   NOT NULL,
    acted_at BIGINT NOT NULL,
    who      TEXT   NOT NULL,
    action   TEXT   NOT NULL,
    scope    TEXT,
    place    TEXT,
    account  TEXT,
    person   TEXT
);
CREATE INDEX audit_entries_by_time ON audit_entries (acted_at);
CREATE INDEX audit_entries_by_who ON audit_entries (who, number);
CREATE INDEX audit_entries_by_action ON audit_entries (action, number);
CREATE INDEX audit_entries_by_scope ON audit_entries (scope, number) WHERE scope IS NOT NULL;
CREATE INDEX audit_entries_by_place ON audit_entries (place, number) WHERE place IS NOT NULL;
CREATE INDEX audit_entries_by_account ON audit_entries (account, number) WHERE account IS NOT NULL;
CREATE INDEX audit_entries_by_person ON audit_entries (person, number) WHERE person IS NOT NULL;

CREATE TRIGGER audit_entries_are_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DROP TRIGGER recoveries_are_not_changed ON recoveries;
