-- name: reds
-- Reds that the team saw begin, whose time to act ran out in a stretch, and what became of each as of its end.
-- Imported and replayed reds are left out: nobody could act on them. A red that follows green has the shorter time.
SELECT a.customer_id, a.since, a.since + w.within AS deadline,
  CASE WHEN a.until_at <= %(to)s THEN a.until_at END AS ended
FROM assignments a
CROSS JOIN LATERAL (
  SELECT CASE WHEN EXISTS (
    SELECT FROM assignments p
    WHERE p.customer_id = a.customer_id AND p.dimension = 'follow_up' AND p.label = 'green'
      AND p.until_at = a.since
  ) THEN %(sudden)s ELSE %(first)s END AS within
) w
WHERE a.dimension = 'follow_up' AND a.label = 'red'
  AND a.origin <> 'history' AND a.cause IN ('event', 'time', 'manual')
  AND a.since > %(from)s - greatest(%(first)s, %(sudden)s) AND a.since <= %(to)s
  AND a.since > %(from)s - w.within AND a.since <= %(to)s - w.within

-- name: whose
-- Who owned the customer of a red when its time ran out.
LEFT JOIN LATERAL (
  SELECT left(nullif(e.body ->> 'owner', ''), 150) AS owner
  FROM handles h JOIN events e ON e.handle_id = h.id AND e.type = 'profile' AND e.body ? 'owner'
  WHERE h.customer_id = r.customer_id AND e.known_at <= r.deadline AND e.pos >> 20 <= r.deadline
    AND NOT EXISTS (SELECT FROM superseded g WHERE g.event_id = e.id AND g.gone_at <= r.deadline)
  ORDER BY e.pos DESC, e.id DESC LIMIT 1
) o ON true

-- name: by_owner
-- Such reds by who owned the customer when the time ran out, this period and the one before; and the team's.
SELECT grouping(o.owner) = 1 AS team, o.owner, r.now, count(*),
  count(*) FILTER (WHERE r.ended IS NULL OR r.ended > r.deadline),
  count(*) FILTER (WHERE r.ended - r.since >= %(lasts)s),
  percentile_disc(0.5) WITHIN GROUP (ORDER BY r.ended - r.since)
    FILTER (WHERE r.ended - r.since < %(lasts)s)
FROM (SELECT *, deadline > %(middle)s AS now FROM ({reds}) d) r
{whose}
WHERE %(owner)s::text IS NULL OR o.owner = %(owner)s
GROUP BY GROUPING SETS ((o.owner, r.now), (r.now))

-- name: missed
-- The customers behind the reds that were missed.
SELECT r.customer_id, o.owner FROM ({reds}) r
{whose}
WHERE r.ended IS NULL OR r.ended > r.deadline
