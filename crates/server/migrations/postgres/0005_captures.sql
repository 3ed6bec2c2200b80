-- One captured key for each stay of a key in the cache (its "life"), not one for ever.
ALTER TABLE captured_keys ADD COLUMN life TEXT;
-- What was captured before belongs to a life of its own.
UPDATE captured_keys SET life = id;
ALTER TABLE captured_keys ALTER COLUMN life SET NOT NULL;
ALTER TABLE captured_keys DROP CONSTRAINT captured_keys_account_key_id_certificate_key;
ALTER TABLE captured_keys ADD UNIQUE (account, key_id, certificate, life);
