-- name: message
-- A message of one of these handles, as far as a word about it needs it.
SELECT e.source, e.external_id, h.handle, e.direction
FROM events e JOIN handles h ON h.id = e.handle_id
WHERE e.id = %(message)s AND e.type = 'message' AND e.handle_id = ANY(%(handles)s)

-- name: word
-- What one person said of a signal, and whether that was withdrawn.
SELECT h.customer_id, h.handle, e.source, e.external_id, e.body ->> 'message', EXISTS (
  SELECT FROM events w WHERE w.type = 'signal' AND w.key = e.key
    AND w.body ->> 'action' = 'withdraw' AND w.body ->> 'of' = e.external_id)
FROM events e JOIN handles h ON h.id = e.handle_id
WHERE e.id = %(event)s AND e.type = 'signal' AND e.body ->> 'by' = %(by)s
  AND e.body ->> 'action' <> 'withdraw'

-- name: event
-- The id of an event that was just written.
SELECT id FROM events WHERE ident = %(ident)s
