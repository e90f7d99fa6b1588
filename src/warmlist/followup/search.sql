-- name: by_name
-- Customers with a name in which every word asked for begins a word.
SELECT DISTINCT h.customer_id
FROM events e
JOIN handles h ON h.id = e.handle_id
LEFT JOIN standings s ON s.customer_id = h.customer_id
WHERE e.type = 'profile'
  AND to_tsvector('simple', left(e.body ->> 'name', 200)) @@ to_tsquery('simple', %(words)s)
  AND (%(everyone)s OR coalesce(s.owner, '') IN ('', %(viewer)s))
LIMIT %(count)s

-- name: by_handle
-- Customers with a handle that begins in one of two ways, or whose reverse begins so; each range is from a text to the last that begins with it.
SELECT DISTINCT h.customer_id
FROM handles h
LEFT JOIN standings s ON s.customer_id = h.customer_id
WHERE ((h.handle ~>=~ %(one)s AND h.handle ~<~ %(one_end)s)
    OR (h.handle ~>=~ %(other)s AND h.handle ~<~ %(other_end)s)
    OR (reverse(h.handle) ~>=~ %(reversed)s AND reverse(h.handle) ~<~ %(reversed_end)s))
  AND (%(everyone)s OR coalesce(s.owner, '') IN ('', %(viewer)s))
LIMIT %(count)s

-- name: colours
-- The follow-up colours of some customers.
SELECT customer_id, label, shade FROM assignments
WHERE customer_id = ANY(%(customers)s) AND dimension = 'follow_up' AND until_at IS NULL
