-- name: newest
-- The newest runs of the jobs that tell when customers are active.
SELECT max(id) FILTER (WHERE job = 'windows'), max(id) FILTER (WHERE job = 'regions') FROM (
  (SELECT job, id FROM insight_runs WHERE job = 'windows' AND at_ms <= %(as_of)s ORDER BY at_ms DESC, id DESC LIMIT 1)
  UNION ALL
  (SELECT job, id FROM insight_runs WHERE job = 'regions' AND at_ms <= %(as_of)s ORDER BY at_ms DESC, id DESC LIMIT 1)
) r

-- name: windows
-- Best and worst hours that a run found, by country ('' = everybody) and part of the week.
SELECT c.key, c.value -> 'weekday', c.value -> 'weekend'
FROM insight_runs r, jsonb_each((r.result -> 'countries') || jsonb_build_object('', r.result -> 'everybody')) c
WHERE r.id = %(run)s AND c.value ? 'weekday'

-- name: starts
-- What a run had to go by where there are no data yet.
SELECT c.key, c.value -> 'start'
FROM insight_runs r, jsonb_each(r.result -> 'regions') c
WHERE r.id = %(run)s AND c.value ? 'start'
