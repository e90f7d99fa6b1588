-- name: page
-- The customers behind a figure, in order of id; merged ones are left out.
SELECT DISTINCT x.customer_id
FROM ({behind}) x
LEFT JOIN standings s ON s.customer_id = x.customer_id
WHERE x.customer_id > %(after)s
  AND (%(everyone)s OR coalesce(s.owner, '') IN ('', %(viewer)s))
  AND ({whose})
  AND EXISTS (SELECT FROM handles h WHERE h.customer_id = x.customer_id)
ORDER BY 1
LIMIT %(count)s

-- name: held
-- Who held a label at a moment.
SELECT customer_id FROM assignments
WHERE dimension = %(dimension)s AND label = %(label)s AND until_at IS NULL
  AND (since IS NULL OR since <= %(at)s)
UNION ALL
SELECT customer_id FROM assignments
WHERE dimension = %(dimension)s AND label = %(label)s AND until_at > %(at)s
  AND (since IS NULL OR since <= %(at)s)

-- name: by_hand
-- Who has a label of a dimension that was set by hand before a moment.
SELECT customer_id FROM assignments
WHERE dimension = %(dimension)s AND until_at IS NULL AND rule = 'manual' AND since < %(until)s

-- name: owned_now
-- Only customers of one owner, as owned now.
%(owner)s::text IS NULL OR s.owner = %(owner)s

-- name: owned_then
-- Only customers of one owner, as owned when it happened.
%(owner)s::text IS NULL OR x.owner = %(owner)s
