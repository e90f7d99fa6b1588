-- name: spans
-- How many customers held each label of a dimension from which to which of some moments, by whose they are now.
-- A label without a beginning held always. [first, last) are places in `moments`.
WITH held AS (
  SELECT label, customer_id, since, NULL::bigint AS until_at
  FROM assignments WHERE dimension = %(dimension)s AND until_at IS NULL
  UNION ALL
  SELECT label, customer_id, since, until_at
  FROM assignments WHERE dimension = %(dimension)s AND until_at > %(earliest)s
)
SELECT s.owner, h.label, m.first, m.last, count(*)
FROM held h
LEFT JOIN standings s ON s.customer_id = h.customer_id
CROSS JOIN LATERAL (
  SELECT coalesce(width_bucket(h.since - 1, %(moments)s::bigint[]), 0) AS first,
    coalesce(width_bucket(h.until_at - 1, %(moments)s::bigint[]), %(count)s) AS last
) m
WHERE m.first < m.last AND (%(owner)s::text IS NULL OR s.owner = %(owner)s){settled}
GROUP BY 1, 2, 3, 4

-- name: settled
-- Without customers whose colour an import brought lately.
AND NOT EXISTS (
  SELECT FROM assignments f
  WHERE f.customer_id = h.customer_id AND f.dimension = 'follow_up' AND f.until_at IS NULL
    AND f.cause = 'fill' AND (f.evidence ->> 'as_of')::bigint > %(settled)s
)

-- name: unsettled
-- Whether there are such customers.
SELECT EXISTS (
  SELECT FROM assignments f
  WHERE f.dimension = 'follow_up' AND f.until_at IS NULL
    AND f.cause = 'fill' AND (f.evidence ->> 'as_of')::bigint > %(settled)s
)

-- name: replaying
-- Customers whose imported past is not replayed yet.
SELECT count(*) FROM history_due

-- name: reps
-- Who owns customers, or could, with the minutes a day that the queue plans against.
SELECT name, minutes_a_day FROM users
WHERE %(owner)s::text IS NULL OR name = %(owner)s
ORDER BY name
