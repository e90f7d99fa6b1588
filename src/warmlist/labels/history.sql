-- name: claim
-- Customers whose past is to be replayed, locked; labelled ones only.
WITH due AS (SELECT customer_id FROM history_due ORDER BY customer_id LIMIT %(limit)s),
locked AS (
  SELECT c.id FROM customers c JOIN due ON due.customer_id = c.id ORDER BY c.id
  FOR NO KEY UPDATE OF c SKIP LOCKED
)
DELETE FROM history_due h USING locked WHERE h.customer_id = locked.id RETURNING h.customer_id

-- name: recorded
-- What was recorded of these customers as it happened: current rows without a beginning, and the first moment.
SELECT id, customer_id, dimension, label, shade, rule = 'manual', since, until_at,
  (evidence ->> 'as_of')::bigint
FROM assignments WHERE customer_id = ANY(%(customers)s) AND origin <> 'history'

-- name: forget
-- Replayed history is made anew.
DELETE FROM assignments WHERE customer_id = ANY(%(customers)s) AND origin = 'history'

-- name: begin
-- When labels began that were found by a fill.
UPDATE assignments a SET since = x.since
FROM unnest(%(ids)s::bigint[], %(since)s::bigint[]) AS x (id, since)
WHERE a.id = x.id AND a.since IS NULL
