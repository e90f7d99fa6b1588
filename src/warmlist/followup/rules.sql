-- name: carried
-- Labels that people carry, of those named: how many, and some of them.
SELECT a.dimension, a.label, count(*), (array_agg(a.customer_id ORDER BY a.customer_id))[1:5]
FROM assignments a
JOIN unnest(%(dimensions)s::text[], %(labels)s::text[]) AS gone (dimension, label)
  ON gone.dimension = a.dimension AND (gone.label = a.label OR gone.label = '')
WHERE a.until_at IS NULL
GROUP BY a.dimension, a.label
ORDER BY a.dimension, a.label
