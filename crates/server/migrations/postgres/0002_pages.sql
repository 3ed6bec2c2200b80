-- The same as migrations/sqlite/0002; keep the two alike.
-- Pages of a tree of any size, without reading what lies below.
-- ordinal: a number of the scope's own. path: the ordinals from the root down to the scope, eight hexadecimal digits each:
-- in its order a scope and everything below it lie together, parents first.
-- accounts_below: how many accounts lie in it, at any depth.
-- certificates_above: how many certificates that are not superseded lie on its way to the root, its own included.
ALTER TABLE scopes ADD COLUMN ordinal BIGINT NOT NULL DEFAULT 0;
ALTER TABLE scopes ADD COLUMN path TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE scopes ADD COLUMN accounts_below BIGINT NOT NULL DEFAULT 0;
ALTER TABLE scopes ADD COLUMN certificates_above BIGINT NOT NULL DEFAULT 0;

UPDATE scopes SET ordinal = numbered.number
FROM (SELECT guid, row_number() OVER (ORDER BY guid) AS number FROM scopes) AS numbered
WHERE numbered.guid = scopes.guid;

WITH RECURSIVE ways (guid, path) AS (
    SELECT guid, lpad(to_hex(ordinal), 8, '0') FROM scopes WHERE parent IS NULL
    UNION ALL
    SELECT scopes.guid, ways.path || lpad(to_hex(scopes.ordinal), 8, '0') FROM scopes JOIN ways ON scopes.parent = ways.guid
)
UPDATE scopes SET path = ways.path FROM ways WHERE ways.guid = scopes.guid;

WITH RECURSIVE ways (guid, above) AS (
    SELECT guid, guid FROM scopes
    UNION ALL
    SELECT ways.guid, scopes.parent FROM ways JOIN scopes ON scopes.guid = ways.above WHERE scopes.parent IS NOT NULL
)
UPDATE scopes SET accounts_below = counted.number
FROM (SELECT above, count(*) AS number FROM ways JOIN accounts ON accounts.group_guid = ways.guid GROUP BY above) AS counted
WHERE counted.above = scopes.guid;

WITH RECURSIVE ways (guid, above) AS (
    SELECT guid, guid FROM scopes
    UNION ALL
    SELECT ways.guid, scopes.parent FROM ways JOIN scopes ON scopes.guid = ways.above WHERE scopes.parent IS NOT NULL
)
UPDATE scopes SET certificates_above = counted.number
FROM (
    SELECT ways.guid, count(*) AS number FROM ways
    JOIN certificates ON certificates.scope = ways.above AND certificates.superseded_at IS NULL GROUP BY ways.guid
) AS counted
WHERE counted.guid = scopes.guid;

CREATE UNIQUE INDEX scopes_by_ordinal ON scopes (ordinal);
CREATE UNIQUE INDEX scopes_by_path ON scopes (path);
CREATE UNIQUE INDEX scopes_with_certificates ON scopes (path) WHERE certificates_above > 0;
DROP INDEX scopes_by_parent;
CREATE INDEX scopes_by_parent ON scopes (parent, name, guid);
DROP INDEX accounts_by_group;
CREATE INDEX accounts_by_group ON accounts (group_guid, name, id);
