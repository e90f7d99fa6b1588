-- name: first_setting
-- A setting of the workspace, unless it has one.
INSERT INTO workspace (key, value) VALUES (%(key)s, %(value)s) ON CONFLICT DO NOTHING

-- name: setting
-- A setting of the workspace as text.
SELECT value #>> '{}' FROM workspace WHERE key = %(key)s

-- name: put_setting
-- A setting of the workspace, new or changed.
INSERT INTO workspace (key, value) VALUES (%(key)s, %(value)s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- name: users
-- How many users there are.
SELECT count(*) FROM users

-- name: add_user
-- A user, unless the name is taken.
INSERT INTO users (name, password_hash, role, language, created_at)
VALUES (%(name)s, %(hash)s, %(role)s, %(language)s, %(now)s) ON CONFLICT (name) DO NOTHING

-- name: add_rate
-- What a currency is worth from a day on.
INSERT INTO rates (currency, from_day, rate) VALUES (%(currency)s, %(day)s, %(rate)s)
ON CONFLICT (currency, from_day) DO UPDATE SET rate = excluded.rate

-- name: all_users
-- Everybody who may sign in.
SELECT name, role, language FROM users ORDER BY name

-- name: set_password
-- A new password.
UPDATE users SET password_hash = %(hash)s WHERE name = %(name)s

-- name: end_sessions
-- Who was signed in must sign in again.
DELETE FROM sessions s USING users u WHERE u.id = s.user_id AND u.name = %(name)s
