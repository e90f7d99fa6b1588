-- name: users
-- Names of all users, in order.
SELECT name FROM users ORDER BY name COLLATE "C"

-- name: event
-- The id of an event that was just written.
SELECT id FROM events WHERE ident = %(ident)s

-- name: deed
-- A deed of one person that can be taken back, and whether it was.
SELECT h.customer_id, h.handle, EXISTS (SELECT FROM superseded g WHERE g.event_id = e.id)
FROM events e JOIN handles h ON h.id = e.handle_id
WHERE e.id = %(event)s AND e.source = 'person' AND e.body ->> 'by' = %(by)s
  AND e.type IN ('follow_up', 'label', 'message', 'profile', 'preference')
  AND e.kind IS DISTINCT FROM 'undo'

-- name: holds
-- Where a label that holds came from.
SELECT origin FROM assignments
WHERE customer_id = %(customer)s AND dimension = %(dimension)s AND label = %(label)s
  AND until_at IS NULL

-- name: take_news
-- The marks of one customer whose labels are about to be looked at.
DELETE FROM dirty WHERE customer_id = %(customer)s RETURNING from_at
