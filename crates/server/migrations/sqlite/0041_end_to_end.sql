-- Whether the account's Agent encrypts its key itself: then no key of it is taken into memory.
ALTER TABLE accounts ADD COLUMN end_to_end INTEGER NOT NULL DEFAULT 0 CHECK (end_to_end IN (0, 1));
