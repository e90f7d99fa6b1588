-- name: lines
-- The lines of orders that were known by a moment, in the order in which they were written.
SELECT e.id AS event_id, l.place::int AS place, left(nullif(l.line ->> 'sku', ''), {longest}) AS sku,
  left(nullif(l.line ->> 'name', ''), {longest}) AS name,
  left(nullif(l.line ->> 'category', ''), {longest}) AS category
FROM events e
CROSS JOIN LATERAL jsonb_array_elements(
  CASE jsonb_typeof(e.body -> 'lines') WHEN 'array' THEN e.body -> 'lines' ELSE '[]' END
) WITH ORDINALITY AS l (line, place)
WHERE e.type = 'order' AND e.status = 'paid' AND e.known_at <= {at}

-- name: log
-- Every event that had happened and was known by a moment, and still counted, with its customer.
CREATE OR REPLACE TEMP VIEW log AS
SELECT h.customer_id, e.*
FROM all_events AS e JOIN handles AS h ON h.handle_id = e.handle_id
WHERE e.known_at <= {at} AND e.pos < (CAST({at} AS BIGINT) + 1) * 1048576
  AND (e.gone_at IS NULL OR e.gone_at > {at})

-- name: told
-- Country and time zone of every customer, as told by then; the surest counts, of those the newest.
CREATE OR REPLACE TEMP TABLE told_people AS
SELECT c.customer_id, MAX(CASE WHEN t.dimension = 'country' THEN t.label END) AS country,
  MAX(CASE WHEN t.dimension = 'time_zone' THEN t.label END) AS zone
FROM (SELECT DISTINCT customer_id FROM handles) AS c
LEFT JOIN (
  SELECT customer_id, dimension, label FROM log
  WHERE type = 'tag' AND kind = 'add' AND dimension IN ('country', 'time_zone')
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY customer_id, dimension ORDER BY number DESC, pos DESC, event_id DESC NULLS LAST, label) = 1
) AS t ON t.customer_id = c.customer_id
GROUP BY c.customer_id

-- name: placed
-- Customers with the zone whose clock they see: their own, else their country's, else the workspace's.
CREATE OR REPLACE TEMP TABLE people AS
SELECT p.customer_id, p.country, COALESCE(z.told, c.zone, '{zone}') AS zone
FROM told_people AS p
LEFT JOIN country_zones AS c ON c.country = p.country
LEFT JOIN known_zones AS z ON z.told = p.zone

-- name: movements
-- What orders add to spend and take from it.
CREATE OR REPLACE TEMP TABLE movements AS
SELECT customer_id, event_id, pos, pos >> 20 AS ms, key, status, value FROM log WHERE type = 'order'

-- name: orders
-- Paid orders that were not cancelled; sent_back: something came back; stands: not all of it did.
CREATE OR REPLACE TEMP TABLE orders AS
SELECT p.customer_id, p.event_id, p.pos, p.ms, p.value, b.returned IS NOT NULL AS sent_back,
  NOT COALESCE(b.returned >= p.value, FALSE) AS stands
FROM movements AS p
LEFT JOIN (
  SELECT customer_id, key, BOOL_OR(status = 'cancelled') AS cancelled,
    SUM(CASE WHEN status = 'returned' THEN COALESCE(-value, 0) END) AS returned
  FROM movements WHERE status <> 'paid' GROUP BY customer_id, key
) AS b ON b.customer_id = p.customer_id AND b.key = p.key
WHERE p.status = 'paid' AND NOT COALESCE(b.cancelled, FALSE)

-- name: bought
-- What was bought in orders that stand: product and category, and `item`, the coarsest that is known.
CREATE OR REPLACE TEMP TABLE bought AS
SELECT DISTINCT o.customer_id, o.event_id, o.pos, o.ms, COALESCE(l.sku, l.name) AS sku, l.category,
  COALESCE(l.category, l.sku, l.name) AS item
FROM orders AS o JOIN line_rows AS l ON l.event_id = o.event_id
WHERE o.stands AND COALESCE(l.category, l.sku, l.name) IS NOT NULL

-- name: wanted
-- Where jobs put the labels that they conclude; proof: a few numbers as JSON.
CREATE OR REPLACE TEMP TABLE wanted (
  customer_id BIGINT, dimension VARCHAR, label VARCHAR, until BIGINT, proof VARCHAR
)
