-- says: money coming in by paid orders and going back by cancelled and returned ones
-- column status: paid, cancelled, returned
-- column key: the order
-- column value: minor units of the workspace currency, negative when it goes back; unknown without a rate
SELECT w.customer_id, w.as_of, e.event_id, e.pos, e.status, e.key, e.value
FROM who AS w
JOIN events AS e ON e.handle_id = w.handle_id
WHERE e.type = 'order' AND e.known_at < w.as_of AND e.pos < w.now_pos
  AND (e.gone_at IS NULL OR e.gone_at >= w.as_of)
