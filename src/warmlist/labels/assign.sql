-- name: claim
-- Customers with news, locked for this transaction; a customer in another worker's hands is left.
WITH waiting AS (
  SELECT DISTINCT customer_id FROM (SELECT customer_id FROM dirty WHERE id > %(after)s ORDER BY id LIMIT %(scan)s) d
  LIMIT %(limit)s
),
locked AS (
  SELECT c.id FROM customers c JOIN waiting w ON w.customer_id = c.id ORDER BY c.id
  FOR NO KEY UPDATE OF c SKIP LOCKED
)
DELETE FROM dirty d USING locked WHERE d.customer_id = locked.id
RETURNING d.customer_id, d.from_at

-- name: waiting
-- How many marks wait.
SELECT count(*) FROM (SELECT 1 FROM dirty LIMIT %(limit)s) d

-- name: claim_due
-- Customers whose labels may change by time alone, locked for this transaction.
WITH due AS (
  SELECT customer_id FROM standings WHERE recheck_at <= %(now)s ORDER BY recheck_at LIMIT %(limit)s
)
SELECT c.id FROM customers c JOIN due ON due.customer_id = c.id ORDER BY c.id
FOR NO KEY UPDATE OF c SKIP LOCKED

-- name: next_due
-- When the next customer's labels may change by time alone.
SELECT min(recheck_at) FROM standings WHERE recheck_at IS NOT NULL

-- name: lock
-- These customers, locked for this transaction.
SELECT id FROM customers WHERE id = ANY(%(customers)s) ORDER BY id FOR NO KEY UPDATE

-- name: standings
-- Where these customers stood when they were last looked at.
SELECT customer_id, as_of, recheck_at FROM standings WHERE customer_id = ANY(%(customers)s)

-- name: current
-- The labels that hold for these customers; of open ones, where the word comes from.
SELECT id, customer_id, dimension, label, shade, rule, evidence #>> '{facts,origin}' FROM assignments
WHERE customer_id = ANY(%(customers)s) AND until_at IS NULL

-- name: close
-- These assignments hold no more.
UPDATE assignments a SET until_at = greatest(x.until_at, a.since)
FROM unnest(%(ids)s::bigint[], %(until)s::bigint[]) AS x (id, until_at) WHERE a.id = x.id

-- name: renew
-- These assignments hold for other reasons since a moment; what they held for before is kept with them, the
-- first of it and the newest.
UPDATE assignments a SET rule = x.rule, pack = %(pack)s, because = x.because,
  evidence = x.evidence || jsonb_build_object('earlier', (
    SELECT jsonb_agg(r ORDER BY n) FROM (
      SELECT r, n, count(*) OVER () AS m FROM jsonb_array_elements(
        coalesce(a.evidence -> 'earlier', '[]') || jsonb_build_array((a.evidence - 'earlier')
          || jsonb_build_object('rule', a.rule, 'pack', a.pack, 'because', a.because, 'until', x.at))
        || coalesce(x.evidence -> 'earlier', '[]')) WITH ORDINALITY AS e (r, n)
    ) AS reasons WHERE n = 1 OR n > m - 19))
FROM unnest(%(ids)s::bigint[], %(at)s::bigint[], %(rule)s::text[], %(evidence)s::jsonb[], %(because)s::text[])
  AS x (id, at, rule, evidence, because)
WHERE a.id = x.id

-- name: open
-- New assignments; those with an end were over before they were written.
COPY assignments (customer_id, dimension, label, shade, since, until_at, rule, pack, origin, cause,
  evidence, because) FROM STDIN (FORMAT BINARY)

-- name: owners
-- The rep who owns each customer, by the newest profile that names one; cut, as an index holds it.
SELECT DISTINCT ON (h.customer_id) h.customer_id, left(nullif(e.body ->> 'owner', ''), 150)
FROM handles h JOIN events e ON e.handle_id = h.id AND e.type = 'profile' AND e.body ? 'owner'
WHERE h.customer_id = ANY(%(customers)s)
  AND NOT EXISTS (SELECT FROM superseded g WHERE g.event_id = e.id)
ORDER BY h.customer_id, e.pos DESC, e.id DESC

-- name: stand
-- Where these customers stand now.
INSERT INTO standings (customer_id, as_of, recheck_at, owner, playbook, due_from, due_by, rank, worth, facts)
SELECT * FROM unnest(%(customer)s::bigint[], %(as_of)s::bigint[], %(recheck)s::bigint[], %(owner)s::text[],
  %(playbook)s::text[], %(due_from)s::bigint[], %(due_by)s::bigint[], %(rank)s::int[], %(worth)s::bigint[],
  %(facts)s::jsonb[])
ON CONFLICT (customer_id) DO UPDATE SET as_of = excluded.as_of, recheck_at = excluded.recheck_at,
  owner = excluded.owner, playbook = excluded.playbook, due_from = excluded.due_from,
  due_by = excluded.due_by, rank = excluded.rank, worth = excluded.worth, facts = excluded.facts

-- name: history_later
-- The past of these customers is to be replayed when there is time.
INSERT INTO history_due SELECT unnest(%(customers)s::bigint[]) ON CONFLICT DO NOTHING

-- name: announce
-- Tell open pages whose labels changed.
SELECT pg_notify('labels', %(payload)s)
