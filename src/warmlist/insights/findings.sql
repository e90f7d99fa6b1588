-- name: standing
-- The labels that a job gave to customers by its earlier runs, and that still stand.
CREATE OR REPLACE TEMP TABLE standing AS
SELECT customer_id, handle_id, dimension, label, moment_at AS until
FROM (
  SELECT * FROM log
  WHERE type = 'finding' AND ({owned})
  QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id, dimension, label ORDER BY pos DESC, event_id DESC) = 1
) AS acts
WHERE kind = 'add' AND (moment_at IS NULL OR moment_at > {at})

-- name: differences
-- What is to be said now: labels that are new, that last otherwise than was said, or that hold no more.
CREATE OR REPLACE TEMP TABLE differences AS
SELECT 'add' AS action, (SELECT MIN(h.handle_id) FROM handles AS h WHERE h.customer_id = w.customer_id) AS handle_id,
  w.dimension, w.label, w.until, w.proof
FROM wanted AS w
LEFT JOIN standing AS s ON s.customer_id = w.customer_id AND s.dimension = w.dimension AND s.label = w.label
WHERE s.label IS NULL OR COALESCE(s.until, 0) NOT BETWEEN COALESCE(w.until, 0) - {slack} AND COALESCE(w.until, 0) + {slack}
UNION ALL
SELECT 'remove', s.handle_id, s.dimension, s.label, NULL, NULL
FROM standing AS s
WHERE NOT EXISTS (
  SELECT 1 FROM wanted AS w WHERE w.customer_id = s.customer_id AND w.dimension = s.dimension AND w.label = s.label
)

-- name: sorted
-- The differences, in an order that does not hang on anything but themselves.
SELECT action, handle_id, dimension, label, until, proof FROM differences
ORDER BY handle_id, dimension, label, action

-- name: handles
-- How handles are written.
SELECT id, handle FROM handles WHERE id = ANY(%(ids)s)
