-- name: due
-- What is due today: begun; due before the day ends, red, or waiting for an answer since less than a day; not put off; and open to contact, which who waits always is.
s.playbook IS NOT NULL
  AND s.opens_at <= %(as_of)s
  AND (s.due_by < %(day_ends)s OR s.rank < 10 OR s.wrote_at >= %(answer_from)s)
  AND (s.snoozed_until IS NULL OR s.snoozed_until <= %(as_of)s)
  AND (s.wrote_at >= %(answer_from)s OR (NOT s.stopped AND s.rank / 10 <> 4))

-- name: opens_today
-- The guard lets it through before the day ends; it never holds up an answer.
NOT EXISTS (SELECT FROM openings o
    WHERE o.customer_id = s.customer_id AND o.shut_from <= %(as_of)s
      AND (o.shut_until IS NULL OR o.shut_until >= %(day_ends)s)
      AND (s.wrote_at >= %(answer_from)s) IS NOT TRUE)

-- name: open_now
-- The guard lets it through now.
NOT EXISTS (SELECT FROM openings o
    WHERE o.customer_id = s.customer_id AND o.shut_from <= %(as_of)s
      AND (o.shut_until IS NULL OR o.shut_until > %(as_of)s)
      AND (s.wrote_at >= %(answer_from)s) IS NOT TRUE)

-- name: opens_later
-- The guard lets it through later today, not now.
(s.wrote_at >= %(answer_from)s) IS NOT TRUE
  AND o.shut_from <= %(as_of)s AND o.shut_until > %(as_of)s AND o.shut_until < %(day_ends)s

-- name: visible
-- Customers whom the viewer may see.
(%(everyone)s OR coalesce(s.owner, '') IN ('', %(viewer)s))

-- name: filtered
-- The part of the queue that was asked for; rank 50 and over has no colour yet and counts as yellow.
((s.rank >= %(rank_from)s AND s.rank < %(rank_to)s) OR (%(uncoloured)s AND s.rank >= 50))
  AND (%(owner)s::text IS NULL OR coalesce(s.owner, '') = %(owner)s)

-- name: labelled
-- Only customers with a label.
s.customer_id IN (SELECT a.customer_id FROM assignments a
  WHERE a.until_at IS NULL AND a.dimension = %(dimension)s AND a.label = %(label)s)

-- name: behind
-- Only what comes behind the last row of the page before.
(s.rank, s.due_by) >= (%(last_rank)s, %(last_due_by)s)
  AND ((s.rank, s.due_by) > (%(last_rank)s, %(last_due_by)s)
    OR s.worth < %(last_worth)s OR (s.worth = %(last_worth)s AND s.customer_id > %(last_customer)s))

-- name: behind_later
-- The same among what opens later.
(o.shut_until, s.rank, s.due_by) >= (%(last_opens)s, %(last_rank)s, %(last_due_by)s)
  AND ((o.shut_until, s.rank, s.due_by) > (%(last_opens)s, %(last_rank)s, %(last_due_by)s)
    OR s.worth < %(last_worth)s OR (s.worth = %(last_worth)s AND s.customer_id > %(last_customer)s))

-- name: page
-- One page of what may be done now, most urgent first; the index alone finds it, only its rows are looked up.
SELECT 0, s.customer_id, s.owner, s.playbook, s.due_from, s.due_by, s.rank, s.worth, s.facts
FROM (
  SELECT s.customer_id FROM standings s
  WHERE {where}
  ORDER BY s.rank, s.due_by, s.worth DESC, s.customer_id
  LIMIT %(count)s
) p JOIN standings s ON s.customer_id = p.customer_id
ORDER BY s.rank, s.due_by, s.worth DESC, s.customer_id

-- name: later_page
-- One page of what opens later today, what opens first before the rest.
SELECT p.opens, s.customer_id, s.owner, s.playbook, s.due_from, s.due_by, s.rank, s.worth, s.facts
FROM (
  SELECT s.customer_id, o.shut_until AS opens FROM standings s JOIN openings o ON o.customer_id = s.customer_id
  WHERE {where}
  ORDER BY o.shut_until, s.rank, s.due_by, s.worth DESC, s.customer_id
  LIMIT %(count)s
) p JOIN standings s ON s.customer_id = p.customer_id
ORDER BY p.opens, s.rank, s.due_by, s.worth DESC, s.customer_id

-- name: of
-- Some customers, as far as they are in the queue.
SELECT s.customer_id, s.owner, s.playbook, s.due_from, s.due_by, s.rank, s.worth, s.facts
FROM standings s
WHERE {where} AND s.customer_id = ANY(%(customers)s)
ORDER BY s.rank, s.due_by, s.worth DESC, s.customer_id

-- name: counts
-- How many customers of each colour are in the queue, and how many of them pass filter and label.
SELECT CASE WHEN s.rank >= 50 THEN 2 ELSE s.rank / 10 END, count(*),
  count(*) FILTER (WHERE %(owner)s::text IS NULL OR coalesce(s.owner, '') = %(owner)s)
FROM standings s
WHERE {where}
GROUP BY 1

-- name: labelled_counts
-- The same where a label is asked for.
SELECT CASE WHEN s.rank >= 50 THEN 2 ELSE s.rank / 10 END, count(*),
  count(a.customer_id) FILTER (WHERE %(owner)s::text IS NULL OR coalesce(s.owner, '') = %(owner)s)
FROM standings s
LEFT JOIN assignments a ON a.customer_id = s.customer_id AND a.until_at IS NULL
  AND a.dimension = %(dimension)s AND a.label = %(label)s
WHERE {where}
GROUP BY 1

-- name: first
-- The head of what may be done now, with the format that each customer asked for: what the day is planned with.
SELECT 0, s.rank, s.due_by, s.worth, s.customer_id, s.playbook,
  (SELECT a.label FROM assignments a WHERE a.customer_id = s.customer_id
     AND a.dimension = 'contact_format' AND a.until_at IS NULL LIMIT 1)
FROM (
  SELECT s.customer_id FROM standings s
  WHERE {where}
  ORDER BY s.rank, s.due_by, s.worth DESC, s.customer_id
  LIMIT %(count)s
) p JOIN standings s ON s.customer_id = p.customer_id
ORDER BY s.rank, s.due_by, s.worth DESC, s.customer_id

-- name: first_later
-- The same of what opens later today.
SELECT p.opens, s.rank, s.due_by, s.worth, s.customer_id, s.playbook,
  (SELECT a.label FROM assignments a WHERE a.customer_id = s.customer_id
     AND a.dimension = 'contact_format' AND a.until_at IS NULL LIMIT 1)
FROM (
  SELECT s.customer_id, o.shut_until AS opens FROM standings s JOIN openings o ON o.customer_id = s.customer_id
  WHERE {where}
  ORDER BY o.shut_until, s.rank, s.due_by, s.worth DESC, s.customer_id
  LIMIT %(count)s
) p JOIN standings s ON s.customer_id = p.customer_id
ORDER BY p.opens, s.rank, s.due_by, s.worth DESC, s.customer_id

-- name: done
-- How many customers were contacted or skipped today and are out of the queue.
SELECT count(*) FROM standings s
WHERE s.customer_id IN (
    SELECT t.customer_id FROM standings t
    WHERE t.last_touch >= %(day_begins)s AND t.last_touch <= %(as_of)s
    UNION ALL
    SELECT h.customer_id FROM events e JOIN handles h ON h.id = e.handle_id
    WHERE e.source = 'person' AND e.type = 'follow_up' AND e.kind = 'skip'
      AND e.known_at >= %(day_begins)s AND e.known_at <= %(as_of)s
      AND NOT EXISTS (SELECT FROM superseded g WHERE g.event_id = e.id)
  )
  AND {visible} AND ({today}) IS NOT TRUE

-- name: own_contacts
-- What the viewer marked done or logged today, by kind.
SELECT e.kind, count(*) FROM events e
WHERE e.source = 'person' AND e.known_at >= %(day_begins)s AND e.known_at <= %(as_of)s
  AND e.type IN ('message', 'follow_up') AND e.kind IN ('done', 'call', 'other')
  AND e.body ->> 'by' = %(viewer)s
  AND NOT EXISTS (SELECT FROM superseded g WHERE g.event_id = e.id)
GROUP BY 1

-- name: handles
-- The handles of some customers, phone numbers first.
SELECT customer_id, id, handle FROM handles
WHERE customer_id = ANY(%(customers)s)
ORDER BY customer_id, handle NOT LIKE '+%%', id

-- name: profiles
-- What was learnt about some customers, oldest first.
SELECT h.customer_id, e.body, e.source
FROM handles h JOIN events e ON e.handle_id = h.id AND e.type = 'profile'
WHERE h.customer_id = ANY(%(customers)s) AND e.known_at < %(as_of)s AND e.pos < %(as_of)s << 20
  AND NOT EXISTS (SELECT FROM superseded g WHERE g.event_id = e.id AND g.gone_at < %(as_of)s)
ORDER BY e.pos, e.known_at, e.id

-- name: last_messages
-- The newest message of each handle, its text cut, with its newest correction.
SELECT h.customer_id, m.pos >> 20, m.direction, m.source, m.text, c.action, c.text
FROM handles h
CROSS JOIN LATERAL (
  SELECT e.pos, e.direction, e.source, e.key,
    left(coalesce(e.body ->> 'text', e.body -> 'media' ->> 'caption', ''), %(cut)s) AS text
  FROM events e
  WHERE e.handle_id = h.id AND e.type = 'message'
    AND e.known_at < %(as_of)s AND e.pos < %(as_of)s << 20
    AND NOT EXISTS (SELECT FROM superseded g WHERE g.event_id = e.id AND g.gone_at < %(as_of)s)
  ORDER BY e.pos DESC, e.id DESC LIMIT 1
) m
LEFT JOIN LATERAL (
  SELECT e.body ->> 'action' AS action, left(e.body ->> 'text', %(cut)s) AS text
  FROM events e
  WHERE e.type = 'correction' AND e.key = m.key AND e.known_at < %(as_of)s
  ORDER BY e.known_at DESC, e.pos DESC LIMIT 1
) c ON true
WHERE h.customer_id = ANY(%(customers)s)
ORDER BY m.pos

-- name: labels
-- The labels that hold for some customers.
SELECT customer_id, dimension, label, shade, rule FROM assignments
WHERE customer_id = ANY(%(customers)s) AND until_at IS NULL

-- name: one
-- Where one customer stands.
SELECT s.customer_id, s.owner, s.playbook, s.due_from, s.due_by, s.rank, s.worth, s.facts
FROM standings s WHERE s.customer_id = %(customer)s

-- name: next_customers
-- The customers behind one, in order of id; those without handles were merged away.
SELECT c.id FROM customers c
WHERE c.id > %(last)s AND EXISTS (SELECT FROM handles h WHERE h.customer_id = c.id)
ORDER BY c.id
LIMIT %(count)s

-- name: preferences
-- What each of some customers last said, or the team noted, of contact.
SELECT DISTINCT ON (h.customer_id) h.customer_id, e.body
FROM handles h JOIN events e ON e.handle_id = h.id AND e.type = 'preference' AND e.kind IS NULL
WHERE h.customer_id = ANY(%(customers)s) AND e.known_at < %(as_of)s AND e.pos < %(as_of)s << 20
  AND NOT EXISTS (SELECT FROM superseded g WHERE g.event_id = e.id AND g.gone_at < %(as_of)s)
ORDER BY h.customer_id, e.pos DESC, e.id DESC

-- name: contacts
-- Our contacts with some customers of late, and which were promotions.
SELECT h.customer_id, e.pos >> 20, e.purpose = 'promotion', e.type = 'follow_up' OR e.personal
FROM handles h JOIN events e ON e.handle_id = h.id
WHERE h.customer_id = ANY(%(customers)s) AND e.pos >= %(since)s << 20 AND e.pos < %(as_of)s << 20
  AND e.known_at < %(as_of)s
  AND (e.type = 'message' AND e.direction = 'out' AND (e.personal OR e.purpose = 'promotion')
    OR e.type = 'follow_up' AND e.kind = 'done')
  AND NOT EXISTS (SELECT FROM superseded g WHERE g.event_id = e.id AND g.gone_at < %(as_of)s)
ORDER BY h.customer_id, e.pos
