-- name: open_run
-- The re-reading under way, locked; another worker's is left alone.
SELECT id, version, since, total, seen, changed, at_handle, at_pos, at_event FROM rereads
WHERE finished_at IS NULL FOR UPDATE SKIP LOCKED

-- name: newest_run
-- The newest re-reading, finished or not.
SELECT id, version, since, started_at, finished_at, total, seen, changed FROM rereads
ORDER BY id DESC LIMIT 1

-- name: to_read
-- How many messages of customers there are since a moment.
SELECT count(*) FROM events
WHERE type = 'message' AND direction = 'in' AND pos >= %(since)s << 20 AND body ->> 'text' <> ''

-- name: begin
-- A new run; nothing where one is under way.
INSERT INTO rereads (version, since, started_at, total)
VALUES (%(version)s, %(since)s, %(now)s, %(total)s) ON CONFLICT DO NOTHING RETURNING id

-- name: again
-- The run under way begins anew for another version.
UPDATE rereads SET version = %(version)s, since = %(since)s, total = %(total)s, seen = 0,
  at_handle = 0, at_pos = 0, at_event = 0
WHERE finished_at IS NULL

-- name: next_messages
-- The messages behind a place, handle by handle in the order in which they were written.
SELECT handle_id, pos, id, key FROM events
WHERE (handle_id, pos, id) > (%(handle)s, %(pos)s, %(event)s) AND type = 'message'
  AND direction = 'in' AND pos >= %(since)s << 20 AND body ->> 'text' <> ''
ORDER BY handle_id, pos, id LIMIT %(limit)s

-- name: customers
-- Whose handles these are.
SELECT DISTINCT customer_id FROM handles WHERE id = ANY(%(handles)s)

-- name: advance
-- How far the run got.
UPDATE rereads SET seen = seen + %(seen)s, changed = changed + %(changed)s, at_handle = %(handle)s,
  at_pos = %(pos)s, at_event = %(event)s
WHERE id = %(id)s

-- name: finish
-- The run is over.
UPDATE rereads SET finished_at = %(now)s WHERE id = %(id)s

-- name: setting
-- A value of the workspace.
SELECT value #>> '{}' FROM workspace WHERE key = %(key)s

-- name: put_setting
-- The same, written.
INSERT INTO workspace (key, value) VALUES (%(key)s, to_jsonb(%(value)s::text))
ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- name: newest_version
-- The version of the reader that read the newest message that says something.
SELECT version FROM signals WHERE version <> 'person' AND version NOT LIKE 'llm:%%'
ORDER BY event_id DESC LIMIT 1
