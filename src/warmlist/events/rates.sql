-- name: put
-- What a currency is worth from a day on.
INSERT INTO rates (currency, from_day, rate) VALUES (%(currency)s, %(day)s, %(rate)s)
ON CONFLICT (currency, from_day) DO UPDATE SET rate = excluded.rate

-- name: money_in
-- Every event that tells money in a currency.
SELECT e.id, e.type, e.status, e.pos >> 20, e.body, h.customer_id
FROM events e JOIN handles h ON h.id = e.handle_id
WHERE e.type IN ('order', 'view') AND e.body ->> 'currency' = %(currency)s

-- name: revalue
-- These events' money in the workspace currency.
UPDATE events e SET value = x.value
FROM unnest(%(ids)s::bigint[], %(values)s::bigint[]) AS x (id, value) WHERE e.id = x.id

-- name: revalued
-- Copies of the log's values made before this moment are stale.
INSERT INTO workspace (key, value) VALUES ('revalued_at', to_jsonb(%(now)s::text))
ON CONFLICT (key) DO UPDATE SET value = excluded.value
