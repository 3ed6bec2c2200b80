-- Captured keys of a certificate, newest first.
DROP INDEX captured_keys_by_certificate;
CREATE INDEX captured_keys_by_certificate ON captured_keys (certificate, seq);
