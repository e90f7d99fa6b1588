-- name: begin
-- A deed to many customers begins, unless one with this key did.
INSERT INTO operations (action, fields, expression, by_name, own_only, created_at, state, total, key)
VALUES (%(action)s, %(fields)s, %(expression)s, %(by)s, %(own_only)s, %(now)s, %(state)s, 0, %(key)s)
ON CONFLICT (key) DO NOTHING
RETURNING id

-- name: of_key
-- The operation that one person began with a key.
SELECT id FROM operations WHERE key = %(key)s AND by_name = %(by)s

-- name: choose
-- Whom it is about.
INSERT INTO operation_customers (operation_id, customer_id, state)
SELECT %(id)s, c, 'waiting' FROM unnest(%(customers)s::bigint[]) AS x (c)

-- name: count
-- How many it is about.
UPDATE operations SET total = %(total)s WHERE id = %(id)s

-- name: wake
-- Tell the worker that there is work.
SELECT pg_notify('work', '')

-- name: told
-- Operations, the newest first.
SELECT o.id, o.action, o.fields, o.expression, o.by_name, o.own_only, o.created_at, o.state, o.total, o.undone_by,
  o.ended_at
FROM operations o
WHERE (%(id)s::bigint IS NULL OR o.id = %(id)s) AND (%(everyone)s OR o.by_name = %(viewer)s)
  AND (%(before)s::bigint IS NULL OR o.id < %(before)s)
ORDER BY o.id DESC
LIMIT %(count)s

-- name: states
-- What became of the customers of some operations.
SELECT operation_id, state, coalesce(why, ''), count(*) FROM operation_customers
WHERE operation_id = ANY(%(ids)s)
GROUP BY 1, 2, 3

-- name: open
-- The oldest operation that nobody works on.
SELECT id, action, fields, by_name, own_only, state, undone_by FROM operations
WHERE state IN ('working', 'undoing')
ORDER BY id LIMIT 1
FOR UPDATE SKIP LOCKED

-- name: next
-- The next customers of an operation, each with the handle that its event names and who owns them now.
SELECT c.customer_id, h.handle, s.owner
FROM (
  SELECT customer_id FROM operation_customers
  WHERE operation_id = %(id)s AND state = %(state)s
  ORDER BY customer_id LIMIT %(count)s
) c
LEFT JOIN LATERAL (
  SELECT handle FROM handles WHERE customer_id = c.customer_id
  ORDER BY handle NOT LIKE '+%%', id LIMIT 1
) h ON true
LEFT JOIN standings s ON s.customer_id = c.customer_id
ORDER BY c.customer_id

-- name: origins
-- Where a label that these customers have came from.
SELECT customer_id, origin FROM assignments
WHERE customer_id = ANY(%(customers)s) AND dimension = %(dimension)s AND label = %(label)s
  AND until_at IS NULL

-- name: mark
-- What became of these customers.
UPDATE operation_customers c SET state = %(state)s, why = x.why
FROM unnest(%(customers)s::bigint[], %(whys)s::text[]) AS x (customer_id, why)
WHERE c.operation_id = %(id)s AND c.customer_id = x.customer_id

-- name: written
-- The events that an operation wrote about these customers, each with a handle.
SELECT c.customer_id, e.id, h.handle
FROM unnest(%(customers)s::bigint[], %(idents)s::uuid[]) AS c (customer_id, ident)
JOIN events e ON e.ident = c.ident
JOIN handles h ON h.id = e.handle_id

-- name: end
-- An operation has come to its end.
UPDATE operations SET state = %(state)s, ended_at = %(now)s WHERE id = %(id)s

-- name: undo
-- An operation is to be taken back; whom it has not reached yet is left alone.
UPDATE operations SET state = 'undoing', undone_by = %(by)s, ended_at = NULL
WHERE id = %(id)s AND state IN ('working', 'done') AND action <> 'export'
RETURNING id
