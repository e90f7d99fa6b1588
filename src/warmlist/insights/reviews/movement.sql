-- name: held
-- Who held which label of a dimension at two moments.
SELECT label, customer_id, since, NULL::bigint AS until_at
FROM assignments WHERE dimension = %(dimension)s AND until_at IS NULL
  AND (since IS NULL OR since <= %(to)s)
UNION ALL
SELECT label, customer_id, since, until_at
FROM assignments WHERE dimension = %(dimension)s AND until_at > %(from)s
  AND (since IS NULL OR since <= %(to)s)

-- name: moved
-- Customers by the label they held at the first moment and the one they hold at the second; null = none.
WITH held AS ({held}),
a AS (SELECT customer_id, label FROM held
  WHERE (since IS NULL OR since <= %(from)s) AND (until_at IS NULL OR until_at > %(from)s)),
b AS (SELECT customer_id, label FROM held WHERE until_at IS NULL OR until_at > %(to)s)
SELECT customer_id, a.label AS was, b.label AS became
FROM a FULL JOIN b USING (customer_id {same})

-- name: counts
-- How many moved from which label to which.
SELECT m.was, m.became, count(*)
FROM ({moved}) m LEFT JOIN standings s ON s.customer_id = m.customer_id
WHERE %(owner)s::text IS NULL OR s.owner = %(owner)s
GROUP BY 1, 2

-- name: causes
-- Why those who moved did: the rule by which what they became began, and whether an event, time or a new rule did it.
SELECT m.was, m.became, x.rule, x.cause, count(*)
FROM ({moved}) m
LEFT JOIN standings s ON s.customer_id = m.customer_id
JOIN LATERAL (
  SELECT coalesce(a.evidence -> 'earlier' -> 0 ->> 'rule', a.rule) AS rule, a.cause FROM assignments a
  WHERE a.customer_id = m.customer_id AND a.dimension = %(dimension)s AND a.label = m.became
    AND (a.since IS NULL OR a.since <= %(to)s) AND (a.until_at IS NULL OR a.until_at > %(to)s)
  LIMIT 1
) x ON true
WHERE m.was IS DISTINCT FROM m.became AND (%(owner)s::text IS NULL OR s.owner = %(owner)s)
GROUP BY 1, 2, 3, 4
