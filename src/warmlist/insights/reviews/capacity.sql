-- name: waiting
-- What waits in each rep's queue today, by playbook, and how much of it is about high activity or intent.
SELECT s.owner, s.playbook, count(*), count(*) FILTER (WHERE s.rank %% 10 = 0 OR i.customer_id IS NOT NULL)
FROM standings s
LEFT JOIN assignments i ON i.customer_id = s.customer_id AND i.dimension = 'intent'
  AND i.label = 'high' AND i.until_at IS NULL
WHERE {today} AND (%(owner)s::text IS NULL OR s.owner = %(owner)s)
GROUP BY 1, 2
