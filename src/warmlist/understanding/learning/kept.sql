-- name: newest_number
-- The newest state of what was taught.
SELECT max(number) FROM learnt

-- name: content
-- One state, to read with; null where it was thinned out.
SELECT content FROM learnt WHERE number = %(number)s

-- name: newest
-- The newest state: number, when, up to which signal event, fitted to which reader, how much.
SELECT number, made_at, up_to, base, lessons, patterns FROM learnt ORDER BY number DESC LIMIT 1

-- name: waiting
-- Words of people that no state has yet: the newest, and when the first and the last were said.
SELECT max(id), min(known_at), max(known_at) FROM events WHERE type = 'signal' AND id > %(after)s

-- name: lock
-- One process at a time may learn.
SELECT pg_try_advisory_xact_lock(7309420817)

-- name: words
-- Words of people about signals, in the order of their arrival, each with its message and what that had been read as.
SELECT e.id, m.id, e.body ->> 'name', e.body ->> 'action', e.body ->> 'of', e.known_at,
  coalesce(e.body ->> 'by', ''), m.body ->> 'text',
  coalesce(f.bits, g.bits, 0), coalesce(f.version, g.version, '')
FROM events e
JOIN events m ON m.type = 'message' AND m.key = e.key AND m.direction = 'in'
  AND m.body ->> 'text' <> ''
LEFT JOIN LATERAL (
  SELECT r.bits, r.version FROM former_readings r
  WHERE r.event_id = m.id AND r.retired_at > e.known_at AND r.version <> 'person'
    AND r.version NOT LIKE 'llm:%%' AND r.known_at <= e.known_at
  ORDER BY r.retired_at, r.known_at DESC LIMIT 1
) f ON true
LEFT JOIN LATERAL (
  SELECT s.bits, s.version FROM signals s
  WHERE s.event_id = m.id AND s.version <> 'person' AND s.version NOT LIKE 'llm:%%'
    AND s.known_at <= e.known_at
  ORDER BY s.known_at DESC LIMIT 1
) g ON true
WHERE e.type = 'signal' AND e.id > %(after)s AND NOT e.body ? 'reader'
ORDER BY e.id LIMIT %(limit)s

-- name: add_lesson
-- What a person said of one signal of one message.
INSERT INTO lessons (event_id, message_id, signal, wanted, found, lang, version, at, by_name)
VALUES (%(event)s, %(message)s, %(signal)s, %(wanted)s, %(found)s, %(lang)s, %(version)s, %(at)s, %(by)s)
ON CONFLICT DO NOTHING

-- name: count_anew
-- Of what was said about a signal of a message the last word counts that was not withdrawn.
UPDATE lessons l SET counts = (l.event_id IS NOT DISTINCT FROM (
  SELECT k.event_id FROM lessons k JOIN events e ON e.id = k.event_id
  WHERE k.message_id = l.message_id AND k.signal = l.signal AND NOT EXISTS (
    SELECT FROM events w WHERE w.type = 'signal' AND w.key = e.key AND w.body ->> 'action' = 'withdraw'
      AND w.body ->> 'of' = e.external_id)
  ORDER BY k.at DESC, k.event_id DESC LIMIT 1))
WHERE l.message_id = ANY(%(messages)s)

-- name: counting
-- The lessons that count, newest first, with the texts of their messages and whose they are.
SELECT l.signal, l.wanted, l.lang, m.body ->> 'text', h.customer_id
FROM lessons l JOIN events m ON m.id = l.message_id JOIN handles h ON h.id = m.handle_id
WHERE l.counts ORDER BY l.at DESC, l.event_id DESC LIMIT %(limit)s

-- name: judged
-- How many lessons that count there are of each kind.
SELECT signal, lang, found, wanted, count(*) FROM lessons WHERE counts GROUP BY 1, 2, 3, 4

-- name: recent
-- The newest words of people about messages of customers that the viewer sees.
SELECT l.at, l.by_name, l.signal, l.wanted, l.found, l.counts, h.customer_id, m.id,
  left(m.body ->> 'text', 160)
FROM lessons l JOIN events m ON m.id = l.message_id JOIN handles h ON h.id = m.handle_id
LEFT JOIN standings s ON s.customer_id = h.customer_id
WHERE %(everyone)s OR s.owner IS NULL OR s.owner = %(viewer)s
ORDER BY l.at DESC, l.event_id DESC LIMIT %(limit)s

-- name: suspected
-- Messages whose reader only suspects that they want no more messages, newest first.
SELECT h.customer_id, m.id, s.known_at, left(m.body ->> 'text', 160)
FROM signals s JOIN events m ON m.id = s.event_id JOIN handles h ON h.id = m.handle_id
LEFT JOIN standings t ON t.customer_id = h.customer_id
WHERE s.gone_at IS NULL AND s.bits & 2048 <> 0 AND s.version <> 'person'
  AND EXISTS (SELECT FROM jsonb_array_elements(s.found) f
    WHERE f ->> 'name' = 'opt_out' AND (f ->> 'confidence')::numeric < %(sure)s)
  AND (%(everyone)s OR t.owner IS NULL OR t.owner = %(viewer)s)
ORDER BY s.known_at DESC LIMIT %(limit)s

-- name: propose
-- A pattern that corrections agree on; one that was decided on stays as it is.
INSERT INTO patterns (signal, words, lang, state, messages, proposed_at)
VALUES (%(signal)s, %(words)s, %(lang)s, 'proposed', %(messages)s, %(now)s)
ON CONFLICT (signal, words) DO UPDATE SET messages = excluded.messages, lang = excluded.lang

-- name: withdraw_proposals
-- Proposals that corrections agree on no more.
DELETE FROM patterns WHERE state = 'proposed' AND NOT (id = ANY(%(ids)s))

-- name: patterns
-- Every pattern, proposals first, then the newest decision.
SELECT id, signal, words, lang, state, messages, proposed_at, decided_at, decided_by FROM patterns
ORDER BY state <> 'proposed', decided_at DESC NULLS FIRST, messages DESC, id

-- name: decide
-- A person's decision on a pattern.
UPDATE patterns SET state = %(state)s, decided_at = %(now)s, decided_by = %(by)s
WHERE id = %(id)s RETURNING signal, words

-- name: accepted
-- The patterns in force.
SELECT signal, words FROM patterns WHERE state = 'accepted' ORDER BY id

-- name: proposed
-- Proposals by what they say.
SELECT id, signal, words FROM patterns WHERE state = 'proposed'

-- name: add_state
-- A new state of what was taught.
INSERT INTO learnt (number, made_at, up_to, base, lessons, patterns, content)
VALUES (%(number)s, %(now)s, %(up_to)s, %(base)s, %(lessons)s, %(patterns)s, %(content)s)

-- name: thin_out
-- Old states keep their dates and counts alone.
UPDATE learnt SET content = NULL WHERE number <= %(number)s AND content IS NOT NULL

-- name: states
-- The newest states: number, when, fitted to which reader, how much.
SELECT number, made_at, up_to, base, lessons, patterns FROM learnt ORDER BY number DESC LIMIT %(limit)s
