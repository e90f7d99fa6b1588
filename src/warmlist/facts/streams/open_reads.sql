-- says: first reads of personal messages that the customer has not answered since
-- needs: open_messages
SELECT r.asked, r.as_of, r.event_id, MIN(r.pos) AS pos
FROM (
  SELECT m.asked, m.as_of, m.event_id, e.handle_id, MIN(e.pos) AS pos
  FROM open_messages AS m
  JOIN events AS e ON e.key = m.key
  WHERE e.type = 'receipt' AND e.status IN ('read', 'played')
    AND e.known_at < m.as_of AND e.pos < m.as_of * 1048576
    AND (e.gone_at IS NULL OR e.gone_at >= m.as_of)
  GROUP BY m.asked, m.as_of, m.event_id, e.handle_id
) AS r
JOIN who AS w ON w.handle_id = r.handle_id AND w.asked = r.asked
GROUP BY r.asked, r.as_of, r.event_id
