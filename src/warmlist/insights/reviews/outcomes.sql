-- name: orders
-- Paid orders of a stretch, by customer; cancelled ones are no sales, returned ones were.
WITH cancelled AS MATERIALIZED (
  SELECT handle_id, key FROM events
  WHERE type = 'order' AND status = 'cancelled' AND known_at < %(as_of)s
    AND pos >= %(orders_from)s << 20
)
SELECT e.id, h.customer_id, e.pos >> 20 AS at
FROM events e JOIN handles h ON h.id = e.handle_id
WHERE e.type = 'order' AND e.status = 'paid' AND e.known_at < %(as_of)s
  AND e.pos >= %(orders_from)s << 20 AND e.pos < %(orders_to)s << 20
  AND NOT EXISTS (SELECT FROM superseded g WHERE g.event_id = e.id AND g.gone_at < %(as_of)s)
  AND NOT EXISTS (SELECT FROM cancelled c WHERE c.handle_id = e.handle_id AND c.key = e.key)

-- name: began
-- Labels of one dimension that began in a stretch.
SELECT label, customer_id, since FROM assignments
WHERE dimension = %(dimension)s AND until_at IS NULL AND since >= %(from)s AND since < %(to)s
UNION ALL
SELECT label, customer_id, since FROM assignments
WHERE dimension = %(dimension)s AND until_at > %(from)s AND since >= %(from)s AND since < %(to)s

-- name: observed
-- How many labels that began in a month were followed by an order in time; this month and the one before.
WITH orders AS ({orders}), began AS ({began})
SELECT label, now, count(*), count(*) FILTER (WHERE closed)
FROM (
  SELECT b.label, b.since >= %(middle)s AS now, b.customer_id, b.since,
    bool_or(o.at IS NOT NULL) AS closed
  FROM began b
  LEFT JOIN standings s ON s.customer_id = b.customer_id
  LEFT JOIN orders o ON o.customer_id = b.customer_id
    AND o.at >= b.since AND o.at < b.since + %(within)s
  WHERE %(owner)s::text IS NULL OR s.owner = %(owner)s
  GROUP BY 1, 2, 3, 4
) judged
GROUP BY 1, 2

-- name: reds
-- Reds that began in a stretch, with the rule by which each began, whose customer it is now, and whether an order followed.
-- live: only those that the team saw begin.
WITH began AS MATERIALIZED (
  SELECT customer_id, since, coalesce(evidence -> 'earlier' -> 0 ->> 'rule', rule) AS rule FROM assignments
  WHERE dimension = 'follow_up' AND label = 'red' AND since >= %(from)s AND since < %(to)s
    AND (NOT %(live)s OR (origin <> 'history' AND cause IN ('event', 'time', 'manual')))
),
judged AS MATERIALIZED (
  SELECT b.customer_id, b.since, b.rule, bool_or(o.at IS NOT NULL) AS closed
  FROM began b LEFT JOIN ({orders}) o ON o.customer_id = b.customer_id
    AND o.at >= b.since AND o.at < b.since + %(within)s
  GROUP BY 1, 2, 3
)
SELECT j.customer_id, j.since, j.rule, j.closed, s.owner
FROM judged j LEFT JOIN standings s ON s.customer_id = j.customer_id
WHERE %(owner)s::text IS NULL OR s.owner = %(owner)s

-- name: missed
-- Orders of a stretch by customers who were green, had written in the time before, and had not been red in it.
WITH orders AS MATERIALIZED ({orders}),
colours AS MATERIALIZED (
  SELECT customer_id, label, since, until_at FROM assignments
  WHERE dimension = 'follow_up' AND label IN ('green', 'red') AND until_at IS NULL
  UNION ALL
  SELECT customer_id, label, since, until_at FROM assignments
  WHERE dimension = 'follow_up' AND label IN ('green', 'red') AND until_at > %(from)s - %(within)s
),
turns AS (
  SELECT o.id, o.customer_id, o.at
  FROM orders o JOIN colours c ON c.customer_id = o.customer_id
  GROUP BY 1, 2, 3
  HAVING bool_or(c.label = 'green' AND (c.since IS NULL OR c.since < o.at)
      AND (c.until_at IS NULL OR c.until_at >= o.at))
    AND NOT bool_or(c.label = 'red' AND (c.since IS NULL OR c.since <= o.at)
      AND (c.until_at IS NULL OR c.until_at > o.at - %(within)s))
)
SELECT t.id, t.customer_id, t.at AS since, NULL::text AS rule, s.owner
FROM turns t
LEFT JOIN standings s ON s.customer_id = t.customer_id
WHERE (%(owner)s::text IS NULL OR s.owner = %(owner)s)
  AND EXISTS (SELECT FROM handles h JOIN events m ON m.handle_id = h.id
    WHERE h.customer_id = t.customer_id AND m.type = 'message' AND m.direction = 'in'
      AND m.pos >= (t.at - %(within)s) << 20 AND m.pos < t.at << 20)

-- name: accuracy
-- Reds, closed reds, missed greens and customers wrongly labelled, by owner and month; and the team's.
WITH reds AS ({reds}),
missed AS ({missed}),
told AS (
  SELECT customer_id, owner, since >= %(middle)s AS now, count(*) AS reds,
    count(*) FILTER (WHERE closed) AS closed, 0 AS missed
  FROM reds GROUP BY 1, 2, 3
  UNION ALL
  SELECT customer_id, owner, since >= %(middle)s, 0, 0, count(*) FROM missed GROUP BY 1, 2, 3
),
customers AS (
  SELECT customer_id, owner, now, sum(reds) AS reds, sum(closed) AS closed, sum(missed) AS missed
  FROM told GROUP BY 1, 2, 3
)
SELECT grouping(owner) = 1, owner, now, sum(reds)::bigint, sum(closed)::bigint, sum(missed)::bigint,
  count(*) FILTER (WHERE (reds > 0 AND closed = 0) OR missed > 0)
FROM customers
GROUP BY GROUPING SETS ((owner, now), (now))

-- name: by_rule
-- Reds and closed reds by the rule that made them, this month and the one before.
SELECT rule, since >= %(middle)s, count(*), count(*) FILTER (WHERE closed) FROM ({reds}) r GROUP BY 1, 2

-- name: by_hand
-- Labels that people set by hand in a stretch: where they disagreed with the rule.
SELECT e.known_at >= %(middle)s, count(*) FROM events e
WHERE e.source = 'person' AND e.type = 'label' AND e.kind = 'add'
  AND e.known_at >= %(from)s AND e.known_at < %(to)s
  AND (%(owner)s::text IS NULL OR e.body ->> 'by' = %(owner)s)
GROUP BY 1
