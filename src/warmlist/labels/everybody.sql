-- name: up_to
-- The newest mark that waits; a run for everybody answers all up to it.
SELECT coalesce(max(id), 0) FROM dirty

-- name: current
-- Every label that holds.
SELECT id, customer_id, dimension, label, shade, rule, rule = 'manual' AS manual FROM assignments WHERE until_at IS NULL

-- name: standings
-- Where everybody stood when last looked at.
SELECT customer_id, xmin::text::bigint AS version, recheck_at, owner, playbook, due_from, due_by, rank, worth
FROM standings

-- name: news
-- Customers with marks up to a run's newest.
SELECT DISTINCT customer_id FROM dirty WHERE id <= {up_to}

-- name: told
-- Where the open labels of those customers come from: without news it stays.
SELECT a.id, a.evidence #>> '{{facts,origin}}' AS origin FROM assignments a
WHERE a.until_at IS NULL AND a.evidence -> 'facts' ? 'origin'
  AND a.customer_id IN (SELECT customer_id FROM dirty WHERE id <= {up_to})

-- name: owners
-- The rep who owns each customer, by the newest profile that names one; cut, as an index holds it.
SELECT DISTINCT ON (h.customer_id) h.customer_id, left(nullif(e.body ->> 'owner', ''), 150) AS owner
FROM events e JOIN handles h ON h.id = e.handle_id
WHERE e.type = 'profile' AND e.body ? 'owner'
  AND NOT EXISTS (SELECT FROM superseded g WHERE g.event_id = e.id)
ORDER BY h.customer_id, e.pos DESC, e.id DESC

-- name: unmoved
-- Of these customers, locked before this statement began, those who were not looked at again since this run read them.
SELECT c.id FROM customers c LEFT JOIN standings s ON s.customer_id = c.id
JOIN unnest(%(customers)s::bigint[], %(seen)s::bigint[]) AS x (id, seen) ON x.id = c.id
WHERE coalesce(s.xmin::text::bigint, -1) = x.seen

-- name: close
-- These assignments hold no more.
UPDATE assignments a SET until_at = greatest(%(at)s, a.since) WHERE a.id = ANY(%(ids)s)

-- name: incoming
-- A private table for standings on their way in.
CREATE TEMP TABLE IF NOT EXISTS incoming_standings ON COMMIT DELETE ROWS AS
SELECT customer_id, as_of, recheck_at, owner, playbook, due_from, due_by, rank, worth, facts
FROM standings WITH NO DATA

-- name: copy_standings
-- How standings are copied in.
COPY incoming_standings (customer_id, as_of, recheck_at, owner, playbook, due_from, due_by, rank, worth, facts) FROM STDIN

-- name: copy_open
-- How new assignments are copied in.
COPY assignments (customer_id, dimension, label, shade, since, rule, pack, origin, cause, evidence, because) FROM STDIN

-- name: stand
-- The copied standings take effect.
INSERT INTO standings (customer_id, as_of, recheck_at, owner, playbook, due_from, due_by, rank, worth, facts)
SELECT * FROM incoming_standings
ON CONFLICT (customer_id) DO UPDATE SET as_of = excluded.as_of, recheck_at = excluded.recheck_at,
  owner = excluded.owner, playbook = excluded.playbook, due_from = excluded.due_from,
  due_by = excluded.due_by, rank = excluded.rank, worth = excluded.worth, facts = excluded.facts

-- name: answered
-- Marks that this run answered; customers who changed hands meanwhile keep theirs.
DELETE FROM dirty WHERE id <= %(up_to)s AND NOT customer_id = ANY(%(left)s)
