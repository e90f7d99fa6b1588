-- says: read receipts of our messages
-- column status: read, played
SELECT w.asked, w.as_of, e.event_id, e.pos, e.status
FROM who AS w
JOIN events AS e ON e.handle_id = w.handle_id
WHERE e.type = 'receipt' AND e.status IN ('read', 'played')
  AND e.known_at < w.as_of AND e.pos < w.as_of * 1048576
  AND (e.gone_at IS NULL OR e.gone_at >= w.as_of)
