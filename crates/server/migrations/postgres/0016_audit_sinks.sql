-- The same table as migrations/sqlite/0016; keep the two alike.
CREATE TABLE audit_sinks (
    name       TEXT   NOT NULL PRIMARY KEY,
    sent       BIGINT NOT NULL,
    holder     TEXT   NOT NULL,
    held_until BIGINT NOT NULL
);
