-- name: amounts
-- What every order that stands was worth, in minor units.
SELECT value FROM orders WHERE stands AND value > 0 ORDER BY value

-- name: yearly
-- What every customer spent in the last 12 months, in minor units.
SELECT SUM(value)::BIGINT AS value FROM movements WHERE ms > {at} - {tier_window} AND value IS NOT NULL
GROUP BY customer_id HAVING SUM(value) > 0 ORDER BY value
