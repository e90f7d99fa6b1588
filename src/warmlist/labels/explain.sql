-- name: recorded
-- What was recorded of a customer and held at a moment, current labels last changed first; for the reason of then.
SELECT a.dimension, a.label, a.shade, a.since, a.until_at, coalesce(r.was ->> 'rule', a.rule),
  coalesce(r.was ->> 'pack', a.pack), a.origin, a.cause, coalesce(r.was, a.evidence),
  coalesce(r.was ->> 'because', a.because)
FROM assignments a
LEFT JOIN LATERAL (
  SELECT e.was FROM jsonb_array_elements(a.evidence -> 'earlier') WITH ORDINALITY AS e (was, n)
  WHERE (e.was ->> 'until')::bigint > %(at)s ORDER BY e.n LIMIT 1
) r ON true
WHERE a.customer_id = %(customer)s
  AND (%(at)s::bigint IS NULL AND a.until_at IS NULL
    OR %(at)s::bigint IS NOT NULL
      AND coalesce(a.since, (a.evidence ->> 'as_of')::bigint) <= %(at)s
      AND (a.until_at IS NULL OR a.until_at > %(at)s))
ORDER BY a.dimension, a.label

-- name: events
-- The events behind labels: what they are called by their source, and what they say.
SELECT id, type, external_id, pos >> 20, direction, body ->> 'text' FROM events WHERE id = ANY(%(ids)s)

-- name: acts
-- Labels set by hand, newest first: who and why.
SELECT e.id, e.dimension, e.label, e.body ->> 'by', e.body ->> 'reason', e.moment_at
FROM events e JOIN handles h ON h.id = e.handle_id
WHERE h.customer_id = %(customer)s AND e.type = 'label' AND e.kind = 'add'
  AND NOT EXISTS (SELECT FROM superseded g WHERE g.event_id = e.id)
ORDER BY e.pos DESC

-- name: customer
-- The customer of a handle.
SELECT customer_id FROM handles WHERE handle = %(handle)s
