-- name: handles
-- Every handle of one customer, phone numbers first.
SELECT id, handle FROM handles
WHERE customer_id = %(customer_id)s
ORDER BY handle NOT LIKE '+%%', id;

-- name: profiles
-- What was learnt about the customer, oldest first.
SELECT body FROM events e
WHERE handle_id = ANY(%(handles)s) AND type = 'profile'
  AND known_at < %(as_of)s AND pos < %(as_of)s << 20
  AND NOT EXISTS (SELECT FROM superseded s WHERE s.event_id = e.id AND s.gone_at < %(as_of)s)
ORDER BY pos, known_at, id;

-- name: simulated
-- Whether the customer was made up for the sample shop.
SELECT EXISTS (
  SELECT FROM events WHERE handle_id = ANY(%(handles)s) AND source = 'simulated'
);

-- name: thread
-- The newest messages before a place, newest first, with their texts cut, their latest receipt, their correction, their signals and what people said of these.
WITH page AS (
  SELECT id, pos, direction, coalesce(kind, 'text') AS kind, key, body
  FROM events e
  WHERE handle_id = ANY(%(handles)s) AND type = 'message'
    AND known_at < %(as_of)s AND pos < %(as_of)s << 20
    AND (%(before)s::bigint IS NULL
      OR (pos, id) < (SELECT pos, id FROM events WHERE id = %(before)s))
    AND (%(only)s::bigint IS NULL OR id = %(only)s)
    AND NOT EXISTS (SELECT FROM superseded s WHERE s.event_id = e.id AND s.gone_at < %(as_of)s)
  ORDER BY pos DESC, id DESC
  LIMIT %(count)s
), receipts AS (
  SELECT DISTINCT ON (key) key, status, body ->> 'error' AS error
  FROM events
  WHERE handle_id = ANY(%(handles)s) AND type = 'receipt' AND known_at < %(as_of)s
    AND key IN (SELECT key FROM page WHERE direction = 'out')
  ORDER BY key, array_position(ARRAY['played', 'read', 'failed', 'delivered', 'sent'], status)
), corrections AS (
  SELECT DISTINCT ON (key) key, body ->> 'action' AS action, body ->> 'text' AS text
  FROM events
  WHERE type = 'correction' AND known_at < %(as_of)s AND key IN (SELECT key FROM page)
  ORDER BY key, known_at DESC, pos DESC
), texts AS (
  SELECT p.*, c.action,
    coalesce(CASE WHEN c.action = 'edit' THEN c.text END, p.body ->> 'text',
      p.body -> 'media' ->> 'caption', '') AS text
  FROM page p LEFT JOIN corrections c ON c.key = p.key
)
SELECT t.id, t.pos >> 20, t.direction, t.kind, left(t.text, %(cut)s), char_length(t.text),
  t.body ->> 'agent', r.status, r.error, t.action,
  (SELECT found FROM signals g
   WHERE g.event_id = t.id AND g.known_at < %(as_of)s
     AND (g.gone_at IS NULL OR g.gone_at >= %(as_of)s)
   ORDER BY g.known_at DESC, g.version = 'person' DESC LIMIT 1),
  (SELECT jsonb_agg(jsonb_build_object('id', w.external_id) || w.body ORDER BY w.known_at, w.pos, w.digest)
   FROM events w WHERE w.type = 'signal' AND w.key = t.key AND w.known_at < %(as_of)s AND NOT w.body ? 'reader')
FROM texts t LEFT JOIN receipts r ON r.key = t.key AND t.direction = 'out'
ORDER BY t.pos DESC, t.id DESC;

-- name: heat
-- When the customer wrote in a year, by local weekday (Monday 1) and hour.
SELECT extract(isodow FROM local)::int, extract(hour FROM local)::int, count(*)
FROM events e, LATERAL (
  SELECT to_timestamp((e.pos >> 20) / 1000.0) AT TIME ZONE %(zone)s AS local
) AS told
WHERE handle_id = ANY(%(handles)s) AND type = 'message' AND direction = 'in'
  AND known_at < %(as_of)s AND pos < %(as_of)s << 20 AND pos >= %(since)s << 20
  AND NOT EXISTS (SELECT FROM superseded s WHERE s.event_id = e.id AND s.gone_at < %(as_of)s)
GROUP BY 1, 2;

-- name: orders
-- What became of the newest orders, one row a stage, newest order first.
SELECT key, external_id, pos >> 20, status, body
FROM events e
WHERE handle_id = ANY(%(handles)s) AND type = 'order'
  AND known_at < %(as_of)s AND pos < %(as_of)s << 20
  AND NOT EXISTS (SELECT FROM superseded s WHERE s.event_id = e.id AND s.gone_at < %(as_of)s)
ORDER BY pos DESC, id DESC
LIMIT 200;

-- name: spend
-- Minor units of the workspace currency that were paid and kept in a span.
SELECT coalesce(sum(value), 0) FROM events e
WHERE handle_id = ANY(%(handles)s) AND type = 'order'
  AND known_at < %(as_of)s AND pos < %(as_of)s << 20 AND pos >= %(since)s << 20
  AND NOT EXISTS (SELECT FROM superseded s WHERE s.event_id = e.id AND s.gone_at < %(as_of)s);

-- name: labels
-- What was concluded and held at a moment, with the reason of then.
SELECT dimension, label, shade, coalesce(r.was ->> 'rule', rule), coalesce(r.was ->> 'because', because),
  since, until_at, origin, coalesce(r.was, evidence)
FROM assignments a
LEFT JOIN LATERAL (
  SELECT e.was FROM jsonb_array_elements(a.evidence -> 'earlier') WITH ORDINALITY AS e (was, n)
  WHERE (e.was ->> 'until')::bigint >= %(as_of)s ORDER BY e.n LIMIT 1
) r ON true
WHERE customer_id = %(customer_id)s
  AND (since IS NULL OR since < %(as_of)s) AND (until_at IS NULL OR until_at >= %(as_of)s)
ORDER BY dimension <> 'follow_up', dimension, label;

-- name: history
-- What was concluded until a moment, newest first.
SELECT dimension, label, shade, rule, because, since,
  CASE WHEN until_at < %(as_of)s THEN until_at END, origin, cause, pack
FROM assignments
WHERE customer_id = %(customer_id)s AND (since IS NULL OR since < %(as_of)s)
ORDER BY since DESC NULLS LAST, id DESC
LIMIT %(count)s;

-- name: note
-- The newest preference that was written down as a line.
SELECT body ->> 'note' FROM events e
WHERE handle_id = ANY(%(handles)s) AND type = 'preference' AND body ? 'note'
  AND known_at < %(as_of)s AND pos < %(as_of)s << 20
  AND NOT EXISTS (SELECT FROM superseded s WHERE s.event_id = e.id AND s.gone_at < %(as_of)s)
ORDER BY pos DESC, id DESC
LIMIT 1;

-- name: newest_follow_up
-- The last thing a person did with the customer's follow-up.
SELECT kind, moment_at, body ->> 'by', body ->> 'reason' FROM events e
WHERE handle_id = ANY(%(handles)s) AND type = 'follow_up' AND kind IN ('done', 'snooze', 'skip')
  AND known_at < %(as_of)s AND pos < %(as_of)s << 20
  AND NOT EXISTS (SELECT FROM superseded s WHERE s.event_id = e.id AND s.gone_at < %(as_of)s)
ORDER BY pos DESC, id DESC
LIMIT 1;
