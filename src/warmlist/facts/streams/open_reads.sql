-- says: first reads of personal messages that the customer has not answered since
-- needs: open_messages
SELECT m.customer_id, m.as_of, m.event_id, MIN(e.pos) AS pos
FROM open_messages AS m
JOIN events AS e ON e.key = m.key
JOIN who AS w ON w.handle_id = e.handle_id AND w.customer_id = m.customer_id AND w.as_of = m.as_of
WHERE e.type = 'receipt' AND e.status IN ('read', 'played')
  AND e.known_at < m.as_of AND e.pos < w.now_pos
  AND (e.gone_at IS NULL OR e.gone_at >= m.as_of)
GROUP BY m.customer_id, m.as_of, m.event_id
