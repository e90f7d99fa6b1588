-- name: claim
-- Whether this transaction is the only one that works on the key.
SELECT pg_try_advisory_xact_lock(%(lock)s)

-- name: answer
-- The answer that was given for a key.
SELECT request_hash, answer, status FROM idempotency WHERE key = %(key)s AND at > %(oldest)s

-- name: keep
-- An answer, so that the same request gets it again.
INSERT INTO idempotency (key, request_hash, answer, status, at)
VALUES (%(key)s, %(hash)s, %(answer)s, %(status)s, %(now)s)
ON CONFLICT (key) DO UPDATE SET request_hash = excluded.request_hash, answer = excluded.answer,
  status = excluded.status, at = excluded.at

-- name: forget
-- Answers that nobody will ask for again.
DELETE FROM idempotency WHERE at <= %(oldest)s
