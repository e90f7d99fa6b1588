-- name: buyers
-- Everybody with an order of known worth in the window: spend (what came back taken off) and the average order.
CREATE OR REPLACE TEMP TABLE buyers AS
SELECT m.customer_id, SUM(m.value) AS spend, MAX(o.n) AS orders, MAX(o.mean) AS mean
FROM movements AS m
JOIN (
  SELECT customer_id, COUNT(*) AS n, AVG(value) AS mean FROM orders
  WHERE stands AND value IS NOT NULL AND ms > {at} - {tier_window} GROUP BY customer_id
) AS o ON o.customer_id = m.customer_id
WHERE m.ms > {at} - {tier_window} AND m.value IS NOT NULL
GROUP BY m.customer_id

-- name: tiered
-- Each buyer's place. Of equals either all are in a tier or none, so that a tier is at most as large as it may be.
CREATE OR REPLACE TEMP TABLE tiered AS
SELECT *,
  CASE WHEN 100 * CUME_DIST() OVER (ORDER BY spend DESC) <= {tier_top} THEN 'top_15'
    WHEN 100 * CUME_DIST() OVER (ORDER BY spend DESC) <= {tier_top} + {tier_next} THEN 'next_35'
    ELSE 'last_50' END AS tier,
  100 * CUME_DIST() OVER (ORDER BY mean DESC) <= {tier_top} AS big_orders
FROM buyers

-- name: tiers
-- The tiers: how many, what they spent, and where they begin, in minor units.
SELECT tier, COUNT(*)::BIGINT AS customers, SUM(spend)::DOUBLE AS spend, MIN(spend)::DOUBLE AS from_spend,
  SUM(COUNT(*)) OVER ()::BIGINT AS buyers, SUM(SUM(spend)) OVER ()::DOUBLE AS total
FROM tiered GROUP BY tier ORDER BY from_spend DESC

-- name: big_orders
-- How many buyers have the greatest average orders, and where those begin.
SELECT COUNT(*)::BIGINT AS customers, MIN(mean) AS from_mean FROM tiered WHERE big_orders

-- name: moves
-- Who was in another tier after the last run, by where from and where to; null: in none.
SELECT s.label AS before, t.tier AS now, COUNT(*)::BIGINT AS customers
FROM (SELECT customer_id, label FROM standing WHERE dimension = 'spend_rank') AS s
FULL JOIN tiered AS t ON t.customer_id = s.customer_id
GROUP BY ALL ORDER BY ALL

-- name: labels
-- The labels of everybody in a tier.
INSERT INTO wanted
SELECT customer_id, 'spend_rank', tier, NULL,
  json_object('spend', spend::BIGINT, 'orders', orders)
FROM tiered
UNION ALL
SELECT customer_id, 'order_rank', 'top_15', NULL,
  json_object('mean_order', ROUND(mean)::BIGINT, 'orders', orders)
FROM tiered WHERE big_orders
