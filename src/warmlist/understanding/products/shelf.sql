-- name: products
-- Products that orders and views named after an event, the newest word about each, oldest first; and that event's id.
WITH after AS (
  SELECT coalesce(%(after)s::bigint, (SELECT max(id) FROM events) - %(newest)s::bigint, 0) AS id
),
said AS (
  SELECT e.id, e.body ->> 'sku' AS sku, e.body ->> 'name' AS name, e.body ->> 'category' AS category,
    e.body ->> 'price' AS price
  FROM events e
  WHERE e.type = 'view' AND e.id > (SELECT id FROM after)
  UNION ALL
  SELECT e.id, l ->> 'sku', l ->> 'name', l ->> 'category', l ->> 'price'
  FROM events e, jsonb_array_elements(
    CASE jsonb_typeof(e.body -> 'lines') WHEN 'array' THEN e.body -> 'lines' ELSE '[]' END) AS l
  WHERE e.type = 'order' AND e.id > (SELECT id FROM after) AND jsonb_typeof(l) = 'object'
),
newest AS (
  SELECT DISTINCT ON (left(sku, 100)) id, left(sku, 100) AS sku, left(name, 200) AS name,
    left(category, 100) AS category, price
  FROM said
  WHERE sku <> '' AND name <> ''
  ORDER BY left(sku, 100), id DESC
)
SELECT id, sku, name, category, price FROM newest
UNION ALL
SELECT max(id), NULL, NULL, NULL, NULL FROM events HAVING max(id) IS NOT NULL
ORDER BY id
