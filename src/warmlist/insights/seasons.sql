-- name: season
-- Purchases of the last year, and whether they fell into the season that comes or is.
CREATE OR REPLACE TEMP TABLE last_year AS
SELECT customer_id, event_id, category, ms >= {from_ms} AND ms < {to_ms} AS in_season
FROM bought WHERE category IS NOT NULL AND ms >= {from_ms} AND ms < {from_ms} + {year_ms}

-- name: categories
-- Categories by how much of what is bought of them is bought in the season, and by how many customers.
SELECT category, COUNT(DISTINCT (customer_id, event_id))::BIGINT AS orders,
  COUNT(DISTINCT CASE WHEN in_season THEN (customer_id, event_id) END)::BIGINT AS in_season,
  COUNT(DISTINCT CASE WHEN in_season THEN customer_id END)::BIGINT AS customers,
  (SELECT COUNT(DISTINCT event_id) FROM last_year)::BIGINT AS all_orders,
  (SELECT COUNT(DISTINCT event_id) FROM last_year WHERE in_season)::BIGINT AS all_in_season
FROM last_year GROUP BY category ORDER BY category

-- name: labels
-- Who bought a seasonal category in this season last year, and not yet in this one.
INSERT INTO wanted
SELECT y.customer_id, 'product', 'seasonal:' || y.category, {until},
  json_object('orders', COUNT(DISTINCT y.event_id), 'season_from', {begins})
FROM last_year AS y
WHERE y.in_season AND y.category IN (SELECT category FROM seasonal)
  AND NOT EXISTS (SELECT 1 FROM bought AS b WHERE b.customer_id = y.customer_id
    AND b.category = y.category AND b.ms >= {begins} - {season_ahead})
GROUP BY y.customer_id, y.category
