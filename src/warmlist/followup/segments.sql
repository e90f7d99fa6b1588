-- name: all
-- Every segment, by name.
SELECT id, name, expression, by_name, changed_at FROM segments ORDER BY name COLLATE "C"

-- name: one
-- A segment.
SELECT id, name, expression, by_name, changed_at FROM segments WHERE id = %(id)s

-- name: named
-- A segment by its name.
SELECT id, name, expression, by_name, changed_at FROM segments WHERE name = %(name)s

-- name: lock_name
-- One transaction at a time writes a segment of this name.
SELECT pg_advisory_xact_lock(%(lock)s)

-- name: put
-- A segment, new or changed.
INSERT INTO segments (name, expression, by_name, created_at, changed_at)
VALUES (%(name)s, %(expression)s, %(by)s, %(now)s, %(now)s)
ON CONFLICT (name) DO UPDATE SET expression = excluded.expression, by_name = excluded.by_name,
  changed_at = excluded.changed_at
RETURNING id, name, expression, by_name, changed_at

-- name: drop
-- A segment is forgotten.
DELETE FROM segments WHERE id = %(id)s

-- name: views
-- The views of one person and those of everybody.
SELECT id, name, owner, colour, label, customer_owner, by_name FROM views
WHERE owner IN ('', %(viewer)s) ORDER BY owner = '', name COLLATE "C"

-- name: put_view
-- A view, new or changed; one of everybody's only by who wrote it or leads.
INSERT INTO views (name, owner, colour, label, customer_owner, by_name, created_at)
VALUES (%(name)s, %(owner)s, %(colour)s, %(label)s, %(customer_owner)s, %(by)s, %(now)s)
ON CONFLICT (owner, name) DO UPDATE SET colour = excluded.colour, label = excluded.label,
  customer_owner = excluded.customer_owner, by_name = excluded.by_name
WHERE views.by_name = excluded.by_name OR %(leads)s
RETURNING id

-- name: drop_view
-- A view is forgotten: one's own, or everybody's by who wrote it or leads.
DELETE FROM views
WHERE id = %(id)s AND (owner = %(viewer)s OR (owner = '' AND (by_name = %(viewer)s OR %(leads)s)))
RETURNING id

-- name: labels_in_use
-- The labels of some dimensions that customers have, one step of the index each.
WITH RECURSIVE found (dimension, label) AS (
  (SELECT a.dimension, a.label FROM assignments a
   WHERE a.until_at IS NULL AND a.dimension = ANY(%(dimensions)s) ORDER BY 1, 2 LIMIT 1)
  UNION ALL
  SELECT n.dimension, n.label FROM found f CROSS JOIN LATERAL (
    SELECT a.dimension, a.label FROM assignments a
    WHERE a.until_at IS NULL AND a.dimension = ANY(%(dimensions)s)
      AND (a.dimension, a.label) > (f.dimension, f.label)
    ORDER BY 1, 2 LIMIT 1) n
)
SELECT dimension, label FROM found LIMIT %(most)s
