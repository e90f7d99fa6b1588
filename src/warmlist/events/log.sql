-- name: known_handles
-- The handles that exist already, with their customers.
SELECT handle, id, customer_id FROM handles WHERE handle = ANY(%(handles)s)

-- name: lock_identity
-- One transaction at a time may create or join customers.
SELECT pg_advisory_xact_lock(7309420815)

-- name: new_customers
-- As many new customers as asked for.
INSERT INTO customers (created_at) SELECT %(now)s FROM generate_series(1, %(count)s) RETURNING id

-- name: new_handles
-- Handles heard of for the first time.
INSERT INTO handles (handle, customer_id)
SELECT * FROM unnest(%(handles)s::text[], %(customers)s::bigint[])
RETURNING handle, id, customer_id

-- name: incoming
-- A private table that a batch is copied into before the log takes what is new.
CREATE TEMP TABLE IF NOT EXISTS incoming (
  n int, ident uuid, revises uuid, digest bigint, type text, source text, external_id text,
  handle_id bigint, pos bigint, known_at bigint, backfill boolean, direction text, kind text,
  purpose text, personal boolean, status text, key bigint, value bigint, number int, sku text,
  category text, dimension text, label text, moment_at bigint, twin bigint, body jsonb
) ON COMMIT DELETE ROWS

-- name: copy_incoming
-- How a batch is copied in.
COPY incoming FROM STDIN (FORMAT BINARY)

-- name: take_incoming
-- What is new enters the log, in the order given; what is known already stays as it was.
INSERT INTO events (ident, revises, digest, type, source, external_id, handle_id, pos, known_at,
  backfill, direction, kind, purpose, personal, status, key, value, number, sku, category,
  dimension, label, moment_at, twin, body)
SELECT ident, revises, digest, type, source, external_id, handle_id, pos, known_at,
  backfill, direction, kind, purpose, personal, status, key, value, number, sku, category,
  dimension, label, moment_at, twin, body
FROM incoming ORDER BY n
ON CONFLICT (ident) DO NOTHING
RETURNING id, ident

-- name: clear_incoming
-- The private table is empty again for the next part of the batch.
TRUNCATE incoming

-- name: digests
-- The content hash of rows that are in the log.
SELECT ident, digest FROM events WHERE ident = ANY(%(idents)s)

-- name: revisions
-- Every row of the identities named, the first one and those that differ from it.
SELECT coalesce(revises, ident), id, pos >> 20, digest, known_at FROM events
WHERE ident = ANY(%(idents)s) OR revises = ANY(%(idents)s)

-- name: supersede
-- These rows count only for moments up to gone_at.
INSERT INTO superseded (event_id, gone_at, reason)
SELECT e, g, %(reason)s FROM unnest(%(events)s::bigint[], %(gone)s::bigint[]) AS x (e, g)
ON CONFLICT (event_id) DO UPDATE SET gone_at = excluded.gone_at, reason = excluded.reason

-- name: reinstate
-- Rows that turned out to be the best revision count without end.
DELETE FROM superseded WHERE event_id = ANY(%(events)s) AND reason = 'revision'

-- name: undoable
-- The event by a person that an undo names.
SELECT e.id, e.known_at, h.customer_id FROM events e JOIN handles h ON h.id = e.handle_id
WHERE e.id = ANY(%(events)s) AND e.type IN ('follow_up', 'label', 'message', 'profile', 'preference')

-- name: forget_tags
-- The tags of messages that are about to be written anew.
DELETE FROM tags WHERE event_id = ANY(%(events)s)

-- name: add_tags
-- What events and handles tell of their customers.
INSERT INTO tags (event_id, handle_id, pos, known_at, gone_at, kind, rank, dimension, label, until_at)
SELECT * FROM unnest(%(event)s::bigint[], %(handle)s::bigint[], %(pos)s::bigint[], %(known)s::bigint[],
  %(gone)s::bigint[], %(kind)s::text[], %(rank)s::int[], %(dimension)s::text[], %(label)s::text[],
  %(until)s::bigint[])

-- name: mark_dirty
-- These customers' labels must be looked at again.
INSERT INTO dirty (customer_id, from_at)
SELECT * FROM unnest(%(customers)s::bigint[], %(from)s::bigint[])

-- name: wake
-- Tell the worker that there is work.
SELECT pg_notify('work', '')

-- name: workspace_currency
-- The currency of sums and tiers.
SELECT value #>> '{}' FROM workspace WHERE key = 'currency'

-- name: rates
-- What other currencies are worth, by day.
SELECT currency, from_day, rate FROM rates ORDER BY currency, from_day

-- name: undone_merges
-- Pairs of customers that a person has separated again.
SELECT kept, gone FROM merges WHERE undone_at IS NOT NULL
  AND (kept = ANY(%(customers)s) OR gone = ANY(%(customers)s))

-- name: move_handles
-- All handles of one customer become another's.
UPDATE handles SET customer_id = %(kept)s WHERE customer_id = %(gone)s RETURNING id

-- name: record_merge
-- A merge, so that it can be undone.
INSERT INTO merges (kept, gone, handle_ids, reason, by_name, at)
VALUES (%(kept)s, %(gone)s, %(handles)s, %(reason)s, %(by)s, %(at)s) RETURNING id

-- name: merge_to_undo
-- A merge that still stands.
SELECT kept, gone, handle_ids FROM merges WHERE id = %(id)s AND undone_at IS NULL FOR UPDATE

-- name: move_back
-- Handles return to the customer they came from.
UPDATE handles SET customer_id = %(gone)s WHERE id = ANY(%(handles)s) AND customer_id = %(kept)s

-- name: record_undo
-- The merge stands no more.
UPDATE merges SET undone_at = %(at)s WHERE id = %(id)s
