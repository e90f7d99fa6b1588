-- says: when the customer is said to have joined
SELECT w.customer_id, w.as_of, e.event_id, e.moment_at * 1048576 AS pos
FROM who AS w
JOIN events AS e ON e.handle_id = w.handle_id
WHERE e.type = 'profile' AND e.moment_at IS NOT NULL AND e.moment_at < w.as_of
  AND e.known_at < w.as_of AND e.pos < w.now_pos
  AND (e.gone_at IS NULL OR e.gone_at >= w.as_of)
