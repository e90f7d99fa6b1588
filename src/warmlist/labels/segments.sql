-- name: member
-- Customers with one of some labels of a dimension.
s.customer_id IN (SELECT a.customer_id FROM assignments a
  WHERE a.until_at IS NULL AND a.dimension = %({dimension})s AND a.label = ANY(%({labels})s))

-- name: among
-- Customers that were found elsewhere.
s.customer_id = ANY(%(found)s::bigint[])

-- name: not_merged
-- Who was merged into another customer is nobody any more.
NOT EXISTS (SELECT FROM merges m WHERE m.gone = s.customer_id AND m.undone_at IS NULL)

-- name: visible
-- Customers whom the viewer may see.
coalesce(s.owner, '') IN ('', %(viewer)s)

-- name: own
-- Customers of the viewer's own.
s.owner = %(viewer)s

-- name: count
-- How many customers there are.
SELECT count(*) FROM standings s WHERE {where}

-- name: page
-- Customers behind a place in the list, the longest known first.
SELECT s.customer_id FROM standings s
WHERE {where} AND s.customer_id > %(after)s
ORDER BY s.customer_id
LIMIT %(count)s

-- name: tail
-- How much of the log the mirror does not hold yet, up to a bound.
SELECT count(*) AS n FROM (SELECT FROM events e WHERE e.tx >= '{xid}'::xid8 LIMIT {most}) e

-- name: held
-- Who has one of some labels of a dimension; n: which test of a segment asks.
SELECT customer_id, {n}::int AS n FROM assignments
WHERE until_at IS NULL AND dimension = {dimension} AND label IN ({labels})
