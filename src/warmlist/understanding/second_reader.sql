-- name: next_message
-- The newest live message of a customer since a moment that the language model was not asked about.
SELECT e.id, e.source, e.external_id, h.handle, e.body ->> 'text', h.customer_id
FROM events e JOIN handles h ON h.id = e.handle_id
WHERE e.type = 'message' AND e.direction = 'in' AND NOT e.backfill AND e.id > %(after)s
  AND e.known_at >= %(since)s AND e.body ->> 'text' <> ''
  AND NOT EXISTS (SELECT FROM llm_asked a WHERE a.message_id = e.id)
  AND NOT EXISTS (SELECT FROM events c WHERE c.type IN ('correction', 'signal') AND c.key = e.key)
ORDER BY e.id LIMIT 1

-- name: names
-- What a customer is called.
SELECT DISTINCT e.body ->> 'name' FROM handles h JOIN events e ON e.handle_id = h.id
WHERE h.customer_id = %(customer)s AND e.type = 'profile' AND e.body ->> 'name' <> ''

-- name: answered
-- What was answered to the same text before.
SELECT found FROM llm_asked
WHERE text_key = %(key)s AND model = %(model)s AND outcome = 'asked' LIMIT 1

-- name: spent
-- How often the model was asked since a moment.
SELECT count(*) FROM llm_asked WHERE outcome IN ('asked', 'failed') AND at >= %(since)s

-- name: note
-- What came of one message.
INSERT INTO llm_asked (message_id, text_key, at, model, outcome, found)
VALUES (%(message)s, %(key)s, %(at)s, %(model)s, %(outcome)s, %(found)s) ON CONFLICT DO NOTHING
