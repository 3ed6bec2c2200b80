-- How far the audit log was sent, and which AccountServer sends: the one whose lease has not run out.
CREATE TABLE audit_sinks (
    name       TEXT    NOT NULL PRIMARY KEY,
    sent       INTEGER NOT NULL,
    holder     TEXT    NOT NULL,
    held_until INTEGER NOT NULL
) STRICT;
