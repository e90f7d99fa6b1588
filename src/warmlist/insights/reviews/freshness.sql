-- name: ages
-- Labels that hold, and those of them that began before their dimension's last review.
SELECT a.dimension, count(*), count(*) FILTER (WHERE a.since IS NULL OR a.since < d.cutoff)
FROM assignments a
JOIN unnest(%(dimensions)s::text[], %(cutoffs)s::bigint[]) AS d (dimension, cutoff)
  ON d.dimension = a.dimension
WHERE a.until_at IS NULL
GROUP BY 1

-- name: ages_of
-- The same for the customers of one owner.
SELECT a.dimension, count(*), count(*) FILTER (WHERE a.since IS NULL OR a.since < d.cutoff)
FROM assignments a
JOIN standings s ON s.customer_id = a.customer_id
JOIN unnest(%(dimensions)s::text[], %(cutoffs)s::bigint[]) AS d (dimension, cutoff)
  ON d.dimension = a.dimension
WHERE a.until_at IS NULL AND s.owner = %(owner)s
GROUP BY 1

-- name: by_hand
-- Labels set by hand that began before their dimension's last review: these no rule keeps fresh.
SELECT a.dimension, count(*)
FROM assignments a
JOIN unnest(%(dimensions)s::text[], %(cutoffs)s::bigint[]) AS d (dimension, cutoff)
  ON d.dimension = a.dimension
LEFT JOIN standings s ON s.customer_id = a.customer_id
WHERE a.until_at IS NULL AND a.rule = 'manual' AND a.since < d.cutoff
  AND (%(owner)s::text IS NULL OR s.owner = %(owner)s)
GROUP BY 1

-- name: late
-- Customers whose labels should have been looked at again and were not.
SELECT count(*) FROM standings s
WHERE s.recheck_at < %(late)s AND (%(owner)s::text IS NULL OR s.owner = %(owner)s)
