-- A key that was presented because it changed, not because a backup was made with it: outcome is 'completed', and this is 1.
ALTER TABLE backups ADD COLUMN key_changed INTEGER NOT NULL DEFAULT 0 CHECK (key_changed IN (0, 1));
