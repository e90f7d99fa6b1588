-- name: account
-- The user of this name, with the hash of the password.
SELECT id, name, role, language, minutes_a_day, password_hash
FROM users
WHERE name = %(name)s;

-- name: session
-- The user behind a cookie, unless the session has expired.
SELECT u.id, u.name, u.role, u.language, u.minutes_a_day, s.csrf, s.expires_at
FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.token_hash = %(token_hash)s AND s.expires_at > %(as_of)s;

-- name: open_session
-- Somebody signed in.
INSERT INTO sessions (token_hash, user_id, csrf, created_at, expires_at)
VALUES (%(token_hash)s, %(user_id)s, %(csrf)s, %(created_at)s, %(expires_at)s);

-- name: forget_expired
-- Sessions nobody can use any more.
DELETE FROM sessions WHERE expires_at <= %(as_of)s;

-- name: close_session
-- Somebody signed out.
DELETE FROM sessions WHERE token_hash = %(token_hash)s;

-- name: set_language
-- The language a user reads the pages in.
UPDATE users SET language = %(language)s WHERE id = %(user_id)s;

-- name: set_minutes
-- What the queue plans against, for one user.
UPDATE users SET minutes_a_day = %(minutes)s WHERE id = %(user_id)s;

-- name: set_password_hash
-- The same password under newer hash parameters.
UPDATE users SET password_hash = %(password_hash)s WHERE id = %(user_id)s;

-- name: ping
-- Whether the database answers.
SELECT 1;
