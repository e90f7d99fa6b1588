-- name: horizon
-- The oldest transaction still open: everything before it is settled. And which log this is: a restore makes the table anew.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text, 'events'::regclass::oid::text, (SELECT system_identifier::text FROM pg_control_system()),
  coalesce((SELECT value #>> '{}' FROM workspace WHERE key = 'revalued_at'), '')

-- name: messages
-- Settled messages of a range of transactions, the rows of a handle together.
SELECT e.id AS event_id, e.handle_id, e.pos, e.known_at, e.direction, e.kind, e.purpose, e.personal, e.key
FROM events e WHERE e.type = 'message' AND {range} ORDER BY e.handle_id, e.pos

-- name: reads
-- Settled receipts that plans use, likewise.
SELECT e.id AS event_id, e.handle_id, e.pos, e.known_at, e.status, e.key
FROM events e WHERE e.type = 'receipt' AND e.status IN ('read', 'played') AND {range}
ORDER BY e.handle_id, e.pos

-- name: readings
-- What settled messages were read as, likewise.
SELECT e.event_id, e.handle_id, e.pos, e.known_at, e.bits, e.gone_at
FROM signals e WHERE {range} ORDER BY e.handle_id

-- name: tags
-- What events and handles tell beside their columns, likewise.
SELECT e.event_id, e.handle_id, e.pos, e.known_at, e.kind, e.rank AS number, e.dimension, e.label,
  e.until_at AS moment_at, e.gone_at
FROM tags e WHERE {range} ORDER BY e.handle_id

-- name: others
-- All other settled events, likewise.
SELECT e.id AS event_id, e.handle_id, e.type, e.pos, e.known_at, e.direction, e.kind, e.purpose,
  e.personal, e.status, e.key, e.value, e.number, e.sku, e.category, e.dimension, e.label, e.moment_at
FROM events e WHERE e.type <> 'message' AND e.type <> 'receipt' AND {range}
ORDER BY e.handle_id, e.pos

-- name: events
-- All events of a range of transactions, with what their messages were read as.
SELECT e.id AS event_id, e.handle_id, e.type, e.pos, e.known_at, e.direction, e.kind, e.purpose,
  e.personal, e.status, e.key, e.value, e.number, e.sku, e.category, e.dimension, e.label, e.moment_at,
  NULL::bigint AS bits, NULL::bigint AS gone_at
FROM events e
WHERE {range} AND (e.type <> 'receipt' OR e.status IN ('read', 'played'))
UNION ALL
SELECT e.event_id, e.handle_id, 'reading', e.pos, e.known_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, e.bits, e.gone_at
FROM signals e
WHERE {range}
UNION ALL
SELECT e.event_id, e.handle_id, 'tag', e.pos, e.known_at, NULL, e.kind, NULL, NULL, NULL, NULL, NULL,
  e.rank, NULL, NULL, e.dimension, e.label, e.until_at, NULL, e.gone_at
FROM tags e
WHERE {range}

-- name: outdated
-- Messages whose readings and tags in this range were written anew, so that earlier copies are stale.
SELECT DISTINCT e.event_id FROM signals e JOIN events m ON m.id = e.event_id
WHERE e.tx <> m.tx AND {range}

-- name: superseded
-- Events that count only up to a moment.
SELECT event_id, gone_at FROM superseded

-- name: handles
-- Every handle with its customer.
SELECT id AS handle_id, customer_id FROM handles
