-- name: number
-- The newest version; 0 before the first.
SELECT coalesce(max(number), 0) FROM pack_versions

-- name: load
-- One version.
SELECT number, made_at, by_name, note, files FROM pack_versions WHERE number = %(number)s

-- name: newest
-- The newest versions first, without their files.
SELECT number, made_at, by_name, note, '{}'::jsonb FROM pack_versions ORDER BY number DESC LIMIT %(most)s

-- name: save
-- A version, unless somebody else made it.
INSERT INTO pack_versions (number, made_at, by_name, note, files)
VALUES (%(number)s, %(made_at)s, %(by)s, %(note)s, %(files)s) ON CONFLICT DO NOTHING RETURNING number

-- name: hold
-- The pack in force stays in force until this transaction ends.
SELECT pg_advisory_xact_lock_shared(%(lock)s)

-- name: change
-- Wait for all who hold the pack, and let nobody hold it until this transaction ends.
SELECT pg_advisory_xact_lock(%(lock)s)

-- name: tell
-- Wake the processes that work by the pack.
SELECT pg_notify('pack', %(number)s::text)

-- name: setting
-- A setting of the workspace as text.
SELECT value #>> '{}' FROM workspace WHERE key = %(key)s

-- name: put_setting
-- A setting of the workspace, new or changed.
INSERT INTO workspace (key, value) VALUES (%(key)s, to_jsonb(%(value)s::text))
ON CONFLICT (key) DO UPDATE SET value = excluded.value
