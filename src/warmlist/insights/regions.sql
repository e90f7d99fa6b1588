-- name: customers
-- Customers by country; null: no country is known.
SELECT country, COUNT(*)::BIGINT AS customers FROM people GROUP BY country ORDER BY country

-- name: orders
-- Orders by country in the last 12 months, their mean worth in minor units, and how many came back.
SELECT p.country, COUNT(*)::BIGINT AS orders, AVG(CASE WHEN o.stands THEN o.value END) AS mean,
  SUM(CASE WHEN o.sent_back THEN 1 ELSE 0 END)::BIGINT AS sent_back
FROM orders AS o JOIN people AS p ON p.customer_id = o.customer_id
WHERE o.ms > {at} - {tier_window} GROUP BY p.country ORDER BY p.country

-- name: replies
-- How long customers take to answer our messages, by country: the median of first answers, ms.
SELECT p.country, MEDIAN(r.took) AS took, COUNT(*)::BIGINT AS replies
FROM (
  SELECT customer_id, direction, (pos >> 20) - LAG(pos >> 20) OVER spoken AS took,
    LAG(direction) OVER spoken AS before
  FROM log WHERE type = 'message' AND (pos >> 20) > {at} - {tier_window}
  WINDOW spoken AS (PARTITION BY customer_id ORDER BY pos, event_id)
) AS r
JOIN people AS p ON p.customer_id = r.customer_id
WHERE r.direction = 'in' AND r.before = 'out'
GROUP BY p.country ORDER BY p.country

-- name: labels
-- Labels of regions, for everybody who lives there.
INSERT INTO wanted
SELECT p.customer_id, 'region', r.label, NULL, r.proof
FROM people AS p JOIN region_labels AS r ON r.country = p.country
