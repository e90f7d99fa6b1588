-- says: personal messages of ours that the customer has not answered since
-- facts: last_inbound
-- needs: messages
SELECT m.asked, m.as_of, m.event_id, m.pos, m.key
FROM messages AS m
JOIN {facts} AS f ON f.asked = m.asked
WHERE m.direction = 'out' AND m.personal AND m.pos > COALESCE(f.last_inbound, -1)
