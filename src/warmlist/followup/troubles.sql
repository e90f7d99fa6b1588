-- name: by_rule
-- Who has a label by one of some rules: how many, and some of them.
SELECT rule, count(*), (array_agg(customer_id ORDER BY customer_id))[1:%(some)s] FROM assignments
WHERE until_at IS NULL AND rule = ANY(%(rules)s) GROUP BY rule

-- name: unrated
-- Customers with orders in a currency that no rate brings to the workspace's.
SELECT currency, count(*), (array_agg(customer_id ORDER BY customer_id))[1:%(some)s]
FROM (
  SELECT DISTINCT e.body ->> 'currency' AS currency, h.customer_id
  FROM events e JOIN handles h ON h.id = e.handle_id
  WHERE e.type = 'order' AND e.value IS NULL
    AND NOT EXISTS (SELECT FROM superseded g WHERE g.event_id = e.id)
) AS left_out
GROUP BY 1 ORDER BY 2 DESC, 1

-- name: without_row
-- Customers of countries of which neither our own data nor the starting table tell anything.
SELECT a.label, count(*), (array_agg(a.customer_id ORDER BY a.customer_id))[1:%(some)s]
FROM assignments a
WHERE a.dimension = 'country' AND a.until_at IS NULL AND NOT a.label = ANY(%(known)s)
  AND NOT EXISTS (
    SELECT FROM (SELECT result FROM insight_runs WHERE job = 'regions' AND concluded
                 ORDER BY at_ms DESC, id DESC LIMIT 1) AS run
    WHERE coalesce(run.result -> 'regions' -> a.label ->> 'from', 'nothing') <> 'nothing')
GROUP BY 1 ORDER BY 2 DESC, 1

-- name: wishes
-- The newest wishes about contact of customers who refused some hours.
SELECT DISTINCT ON (h.customer_id) h.customer_id, e.body
FROM assignments a
JOIN handles h ON h.customer_id = a.customer_id
JOIN events e ON e.handle_id = h.id AND e.type = 'preference' AND e.kind IS NULL
WHERE a.dimension = 'contact_time' AND a.label = 'do_not_disturb' AND a.until_at IS NULL
  AND NOT EXISTS (SELECT FROM superseded g WHERE g.event_id = e.id)
ORDER BY h.customer_id, e.pos DESC, e.id DESC
