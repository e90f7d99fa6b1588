-- name: create
-- A token; only its hash is kept.
INSERT INTO tokens (token_hash, name, role, created_at) VALUES (%(hash)s, %(name)s, %(role)s, %(now)s)

-- name: holder
-- Who holds a live token, with what the pages know of a user of that name.
SELECT t.name, t.role, coalesce(u.id, 0), coalesce(u.minutes_a_day, 240)
FROM tokens t LEFT JOIN users u ON u.name = t.name
WHERE t.token_hash = %(hash)s AND t.revoked_at IS NULL

-- name: all
-- Every token, oldest first, by the beginning of its hash.
SELECT left(encode(token_hash, 'hex'), 8), name, role, created_at, revoked_at FROM tokens
ORDER BY created_at, token_hash

-- name: live
-- Live tokens of a name, or the one that is called so.
SELECT token_hash FROM tokens
WHERE revoked_at IS NULL
  AND (name = %(named)s OR left(encode(token_hash, 'hex'), 8) = %(named)s)
FOR UPDATE

-- name: revoke
-- The token opens nothing any more.
UPDATE tokens SET revoked_at = %(now)s WHERE token_hash = %(hash)s
RETURNING left(encode(token_hash, 'hex'), 8), name, role, created_at, revoked_at

-- name: user
-- Whether a user has this name.
SELECT EXISTS (SELECT FROM users WHERE name = %(name)s)
