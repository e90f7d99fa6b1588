-- name: exported_keys
-- Of these twin keys, those that a message of an export has.
SELECT DISTINCT twin FROM events WHERE twin = ANY(%(keys)s)

-- name: exported
-- Messages of exports by twin key.
SELECT twin, handle_id, pos, id, known_at FROM events WHERE twin = ANY(%(keys)s)

-- name: live
-- Live messages of handles between two positions each.
SELECT h.handle, e.direction, e.pos, e.id, e.known_at, e.body ->> 'text'
FROM unnest(%(handles)s::bigint[], %(low)s::bigint[], %(high)s::bigint[]) AS x (handle_id, low, high)
JOIN handles h ON h.id = x.handle_id
JOIN events e ON e.handle_id = x.handle_id AND e.type = 'message' AND e.twin IS NULL
  AND e.pos BETWEEN x.low AND x.high AND e.body ->> 'text' IS NOT NULL

-- name: unlink
-- These messages of exports have no twin, until they are paired anew.
DELETE FROM superseded WHERE event_id = ANY(%(events)s) AND reason = 'twin'

-- name: link
-- The exported one of each pair counts up to a moment.
INSERT INTO superseded (event_id, gone_at, reason)
SELECT e, g, 'twin' FROM unnest(%(events)s::bigint[], %(gone)s::bigint[]) AS x (e, g)
ON CONFLICT (event_id) DO NOTHING
