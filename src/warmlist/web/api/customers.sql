-- name: page
-- Customers behind a place in the list, oldest first, as far as the caller may see them.
SELECT c.id
FROM customers c LEFT JOIN standings s ON s.customer_id = c.id
WHERE c.id > %(after)s
  AND EXISTS (SELECT FROM handles h WHERE h.customer_id = c.id)
  AND (%(everyone)s OR coalesce(s.owner, '') IN ('', %(viewer)s))
  AND (%(owner)s::text IS NULL OR coalesce(s.owner, '') = %(owner)s)
  AND (%(only)s::bigint IS NULL OR c.id = %(only)s)
  AND {labelled}
ORDER BY c.id
LIMIT %(count)s

-- name: labelled
-- Only customers with a label.
c.id IN (SELECT a.customer_id FROM assignments a
  WHERE a.until_at IS NULL AND a.dimension = %(dimension)s AND a.label = %(label)s
    AND a.customer_id > %(after)s)

-- name: labels
-- The labels that hold for some customers.
SELECT customer_id, dimension, label, shade, since FROM assignments
WHERE customer_id = ANY(%(customers)s) AND until_at IS NULL
ORDER BY customer_id, dimension, label

-- name: by_handle
-- The customer of a handle.
SELECT customer_id FROM handles WHERE handle = %(handle)s

-- name: by_handles
-- The customers of some handles.
SELECT handle, customer_id FROM handles WHERE handle = ANY(%(handles)s)

-- name: history
-- What was concluded about a customer, newest first, behind a place in the list.
SELECT id, dimension, label, shade, since, until_at, rule, pack, origin, cause, because
FROM assignments
WHERE customer_id = %(customer)s
  AND (%(last_since)s::bigint IS NULL
    OR (coalesce(since, -1), id) < (%(last_since)s, %(last_id)s))
ORDER BY coalesce(since, -1) DESC, id DESC
LIMIT %(count)s

-- name: held
-- Where labels that hold came from.
SELECT customer_id, origin FROM assignments
WHERE customer_id = ANY(%(customers)s) AND dimension = %(dimension)s AND label = %(label)s
  AND until_at IS NULL
