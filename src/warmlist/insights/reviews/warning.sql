-- name: came
-- Orders of each stretch of time by the colour that the customer had at its beginning; null = none yet.
-- Stretch n begins at the n-th of `moments` and ends at the next.
WITH placed AS MATERIALIZED (
  SELECT o.id, o.customer_id, width_bucket(o.at, %(moments)s::bigint[]) AS place
  FROM ({orders}) o
),
held AS MATERIALIZED (
  SELECT customer_id, label, since, until_at FROM assignments
  WHERE dimension = 'follow_up' AND until_at IS NULL
  UNION ALL
  SELECT customer_id, label, since, until_at FROM assignments
  WHERE dimension = 'follow_up' AND until_at > %(orders_from)s
)
SELECT p.place - 1, c.label, count(*)
FROM (SELECT *, (%(moments)s::bigint[])[place] AS begins FROM placed) p
LEFT JOIN standings s ON s.customer_id = p.customer_id
LEFT JOIN held c ON c.customer_id = p.customer_id AND (c.since IS NULL OR c.since <= p.begins)
  AND (c.until_at IS NULL OR c.until_at > p.begins)
WHERE %(owner)s::text IS NULL OR s.owner = %(owner)s
GROUP BY 1, 2

-- name: first_order
-- When the first order of all was paid.
SELECT e.pos >> 20 FROM events e WHERE e.type = 'order' AND e.status = 'paid' ORDER BY e.pos LIMIT 1
