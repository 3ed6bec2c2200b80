-- Bytes that the tool says it backed up.
ALTER TABLE backups ADD COLUMN bytes BIGINT;
-- An account's backups, newest first.
CREATE INDEX backups_by_start ON backups (account, started_at, id);
