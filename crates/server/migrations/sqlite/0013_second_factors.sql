-- A recovery code that was used stays, so that the question that used it can be asked again.
ALTER TABLE recovery_codes ADD COLUMN used INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1));

-- Tells the key under which second factors are sealed from others, and not what it is.
ALTER TABLE platform ADD COLUMN sealing_key BLOB;
