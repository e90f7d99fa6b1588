-- name: lock
-- One transaction at a time may write readings anew: those of corrected messages, and a re-reading's.
SELECT pg_advisory_xact_lock(7309420816)

-- name: corrected_keys
-- Of these messages, the ones that somebody corrected.
SELECT DISTINCT key FROM events WHERE type IN ('correction', 'signal') AND key = ANY(%(keys)s)

-- name: messages_with_corrections
-- The messages of these keys, each with its corrections in the order in which they became known.
SELECT m.id, m.handle_id, m.pos, m.known_at, m.direction, m.body ->> 'text',
  coalesce((SELECT jsonb_agg(jsonb_build_object('type', c.type, 'known_at', c.known_at, 'body', c.body,
                'event', c.id, 'id', c.external_id)
              ORDER BY c.known_at, c.pos, c.digest)
            FROM events c WHERE c.type IN ('correction', 'signal') AND c.key = m.key), '[]')
FROM events m WHERE m.type = 'message' AND m.key = ANY(%(keys)s)

-- name: readings
-- What these messages count as, moment by moment.
SELECT event_id, known_at, bits, found, version FROM signals WHERE event_id = ANY(%(events)s)

-- name: counting
-- The same, with the moments at which each was over, in order.
SELECT event_id, known_at, gone_at, bits, found FROM signals
WHERE event_id = ANY(%(events)s) ORDER BY event_id, known_at

-- name: retire
-- The readings of messages that a newer version has read, kept to be looked up.
INSERT INTO former_readings (event_id, version, known_at, gone_at, bits, found, retired_at)
SELECT event_id, version, known_at, gone_at, bits, found, %(at)s
FROM signals WHERE event_id = ANY(%(events)s)

-- name: forget_signals
-- The readings of messages that are about to be written anew.
DELETE FROM signals WHERE event_id = ANY(%(events)s)

-- name: add_signals
-- What messages were read as.
INSERT INTO signals (event_id, version, handle_id, pos, known_at, gone_at, bits, found)
SELECT * FROM unnest(%(event)s::bigint[], %(version)s::text[], %(handle)s::bigint[], %(pos)s::bigint[],
  %(known)s::bigint[], %(gone)s::bigint[], %(bits)s::bigint[], %(found)s::jsonb[])
