-- name: lock
-- One look at a time; false where somebody else is at it.
SELECT pg_try_advisory_xact_lock(7241893307)

-- name: reopen
-- An alert that ended a short while ago and holds again is the same alert.
UPDATE alerts a SET closed_at = NULL
FROM unnest(%(kinds)s::text[], %(owners)s::text[]) AS x (kind, owner)
WHERE a.kind = x.kind AND a.owner = x.owner AND a.closed_at > %(lately)s
  AND NOT EXISTS (SELECT FROM alerts n WHERE n.kind = a.kind AND n.owner = a.owner AND n.id > a.id)

-- name: hold
-- These conditions hold: alerts that are open keep since when, others open now.
INSERT INTO alerts (kind, owner, opened_at, figure, bound, seen_at)
SELECT x.kind, x.owner, %(now)s, x.figure, x.bound, %(now)s
FROM unnest(%(kinds)s::text[], %(owners)s::text[], %(figures)s::float8[], %(bounds)s::float8[])
  AS x (kind, owner, figure, bound)
ON CONFLICT (kind, owner) WHERE closed_at IS NULL
DO UPDATE SET figure = excluded.figure, bound = excluded.bound, seen_at = excluded.seen_at

-- name: close
-- All others end.
UPDATE alerts a SET closed_at = %(now)s
WHERE a.closed_at IS NULL AND NOT EXISTS (
  SELECT FROM unnest(%(kinds)s::text[], %(owners)s::text[]) AS x (kind, owner)
  WHERE x.kind = a.kind AND x.owner = a.owner)

-- name: open_at
-- Alerts that were open at a moment, the newest first.
SELECT kind, nullif(owner, ''), opened_at, CASE WHEN closed_at <= %(at)s THEN closed_at END, figure, bound
FROM alerts
WHERE opened_at <= %(at)s AND (closed_at IS NULL OR closed_at > %(at)s)
  AND (%(owner)s::text IS NULL OR owner = %(owner)s)
ORDER BY opened_at DESC, kind, owner
