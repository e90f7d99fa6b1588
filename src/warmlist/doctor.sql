-- name: inbox
-- Deliveries by state, and how long the oldest has waited.
SELECT count(*) FILTER (WHERE state = 'waiting'), min(received_at) FILTER (WHERE state = 'waiting'),
  count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'partly'),
  max(received_at) FILTER (WHERE door = 'whatsapp')
FROM deliveries

-- name: labels
-- Customers, those never labelled, marks that wait, rechecks that are overdue.
SELECT (SELECT count(*) FROM customers c WHERE EXISTS (SELECT FROM handles h WHERE h.customer_id = c.id)),
  (SELECT count(*) FROM (SELECT DISTINCT customer_id FROM handles) h
    WHERE NOT EXISTS (SELECT FROM standings s WHERE s.customer_id = h.customer_id)),
  (SELECT count(*) FROM dirty),
  (SELECT count(*) FROM standings WHERE recheck_at < %(now)s - 60000)

-- name: money
-- Orders whose currency has no rate, by currency.
SELECT body ->> 'currency', count(*) FROM events WHERE type = 'order' AND value IS NULL GROUP BY 1 ORDER BY 2 DESC

-- name: changed
-- Events that came again with other content than before.
SELECT count(*) FROM events WHERE revises IS NOT NULL

-- name: server
-- The server's version and clock.
SELECT current_setting('server_version'), (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
  pg_database_size(current_database())
