-- name: claim
-- Customers about whom the guard is to be asked now, locked; those in another worker's hands are left.
SELECT customer_id FROM openings WHERE look_at <= %(now)s
ORDER BY look_at LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED

-- name: standings
-- Where these customers stand.
SELECT s.customer_id, s.owner, s.playbook, s.due_from, s.due_by, s.rank, s.worth, s.facts
FROM standings s WHERE s.customer_id = ANY(%(customers)s)

-- name: settle
-- What the guard said of them.
UPDATE openings o SET shut_from = x.begins, shut_until = x.ends, look_at = x.again
FROM unnest(%(customers)s::bigint[], %(begins)s::bigint[], %(ends)s::bigint[], %(again)s::bigint[])
  AS x (customer_id, begins, ends, again)
WHERE o.customer_id = x.customer_id

-- name: forget
-- Nothing is known of the guard any more.
UPDATE openings SET shut_from = NULL, shut_until = NULL, look_at = least(look_at, 0) WHERE look_at IS NOT NULL
