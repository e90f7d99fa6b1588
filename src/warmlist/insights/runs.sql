-- name: add
-- One run of a job.
INSERT INTO insight_runs (job, at_ms, result, withheld, concluded, added, removed, by_name)
VALUES (%(job)s, %(at)s, %(result)s, %(withheld)s, %(concluded)s, %(added)s, %(removed)s, %(by)s)
RETURNING id

-- name: newest
-- The newest run of a job by a moment.
SELECT job, at_ms, result, withheld, concluded, added, removed, by_name FROM insight_runs
WHERE job = %(job)s AND at_ms <= %(at)s ORDER BY at_ms DESC, id DESC LIMIT 1

-- name: newest_concluded
-- The newest run of a job by a moment that said something about customers.
SELECT job, at_ms, result, withheld, concluded, added, removed, by_name FROM insight_runs
WHERE job = %(job)s AND at_ms <= %(at)s AND concluded ORDER BY at_ms DESC, id DESC LIMIT 1

-- name: last
-- When each job ran last by a moment, and when it last said something about customers.
SELECT job, max(at_ms), max(at_ms) FILTER (WHERE concluded) FROM insight_runs WHERE at_ms <= %(at)s GROUP BY job

-- name: lock
-- One run of a job at a time; false while another process is at it.
SELECT pg_try_advisory_xact_lock(731_940_000 + hashtext(%(job)s) %% 10_000)

-- name: setting
-- A setting of the workspace.
SELECT value FROM workspace WHERE key = %(key)s

-- name: put_setting
-- A setting of the workspace, new or changed.
INSERT INTO workspace (key, value) VALUES (%(key)s, %(value)s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value
