-- name: rhythms
-- Who bought a product on several days: the first and last of them (whole days since 1970, workspace zone) and how many.
CREATE OR REPLACE TEMP TABLE rhythms AS
SELECT customer_id, sku, COUNT(DISTINCT day) AS purchases, MIN(day) AS first_day, MAX(day) AS last_day,
  (MAX(day) - MIN(day)) / (COUNT(DISTINCT day) - 1) AS every
FROM (
  SELECT b.customer_id, b.sku,
    (b.ms + CASE WHEN b.ms >= c.change_at THEN c.after_ms ELSE c.before_ms END) // 86400000 AS day
  FROM bought AS b JOIN clocks AS c ON c.zone = '{zone}' AND c.day = b.ms // 86400000
  WHERE b.sku IS NOT NULL
) AS purchases
GROUP BY customer_id, sku HAVING COUNT(DISTINCT day) >= {replenish_purchases}

-- name: due
-- Products to remind of: from day 14 of 17 of the customer's own mean interval, as long after the mean as before.
CREATE OR REPLACE TEMP TABLE reminders AS
SELECT *, last_day + GREATEST(1, ROUND(every * {replenish_ahead} / {replenish_cycle})::BIGINT) AS from_day
FROM rhythms

-- name: open
-- Those whose time is now; of many the ones bought most often.
CREATE OR REPLACE TEMP TABLE open_reminders AS
SELECT customer_id, sku, purchases, every, last_day, from_day, until_day
FROM (
  SELECT *, GREATEST(from_day + 1, 2 * (last_day + ROUND(every)::BIGINT) - from_day + 1) AS until_day
  FROM reminders
) AS dated
WHERE from_day <= {today} AND until_day > {today}
QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY purchases DESC, until_day, sku) <= {replenish_labels}

-- name: labels
-- The reminders of customers; days are told as epoch ms at local midnight.
INSERT INTO wanted
SELECT r.customer_id, 'product', 'replenish:' || r.sku, {midnight} + (r.until_day - {today}) * 86400000,
  json_object('purchases', r.purchases, 'every_days', ROUND(r.every, 1), 'last_bought', r.last_day * 86400000,
    'remind_from', r.from_day * 86400000)
FROM open_reminders AS r

-- name: summary
-- How many rhythms there are, and how many ask for a reminder now.
SELECT (SELECT COUNT(*) FROM rhythms)::BIGINT AS rhythms,
  (SELECT COUNT(DISTINCT customer_id) FROM rhythms)::BIGINT AS customers,
  (SELECT COUNT(*) FROM open_reminders)::BIGINT AS due,
  (SELECT COUNT(*) FROM bought)::BIGINT AS lines

-- name: products
-- The products that most customers buy again and again.
SELECT r.sku, COUNT(*)::BIGINT AS customers, MEDIAN(r.every) AS every_days,
  COUNT(o.customer_id)::BIGINT AS due
FROM rhythms AS r LEFT JOIN open_reminders AS o ON o.customer_id = r.customer_id AND o.sku = r.sku
GROUP BY r.sku ORDER BY customers DESC, r.sku LIMIT {most}
