-- Sign-ins at the identity provider under way: until the browser comes back they have no ticket, then no further use of
-- nonce and verifier. All tokens are hashes but the verifier, which is worth nothing without the provider's code.
CREATE TABLE oidc_sign_ins (
    state      BLOB NOT NULL PRIMARY KEY,
    nonce      TEXT NOT NULL,
    verifier   TEXT NOT NULL,
    challenge  BLOB NOT NULL,
    port       INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
    expires_at INTEGER NOT NULL,
    returned   INTEGER NOT NULL DEFAULT 0 CHECK (returned IN (0, 1)),
    ticket     BLOB UNIQUE,
    user         TEXT REFERENCES users (name) ON DELETE CASCADE,
    used_by    BLOB,
    CHECK ((ticket IS NULL) = (user IS NULL))
) STRICT;
CREATE INDEX oidc_sign_ins_by_expiry ON oidc_sign_ins (expires_at);

-- Whom a user was the first time; from then on the provider's subject decides, not the name.
CREATE TABLE oidc_identities (
    issuer  TEXT NOT NULL,
    subject TEXT NOT NULL,
    user      TEXT NOT NULL UNIQUE REFERENCES users (name) ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject)
) STRICT;
