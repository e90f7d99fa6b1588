-- name: setting
-- A setting of the workspace as text.
SELECT value #>> '{}' FROM workspace WHERE key = %(key)s

-- name: put_setting
-- A setting of the workspace, new or changed.
INSERT INTO workspace (key, value) VALUES (%(key)s, %(value)s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- name: rate
-- What a currency is worth, from long before the shop began.
INSERT INTO rates (currency, from_day, rate) VALUES (%(currency)s, '2000-01-01', %(rate)s)
ON CONFLICT DO NOTHING
