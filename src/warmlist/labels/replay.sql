-- name: names
-- One handle for each customer, whatever order they were heard of in: a phone number, the first by spelling.
SELECT DISTINCT ON (customer_id) customer_id, handle FROM handles ORDER BY customer_id, handle NOT LIKE '+%', handle

-- name: recorded
-- Labels recorded as holding at a moment, with their beginnings.
SELECT customer_id, dimension, label, shade, since FROM assignments
WHERE since <= {as_of} AND (until_at IS NULL OR until_at > {as_of})

-- name: called
-- How the sources call events.
SELECT id, external_id FROM events WHERE id IN ({ids})
