-- says: what the customer's messages say
-- column bits: one bit a signal
SELECT w.customer_id, w.as_of, s.event_id, s.pos, s.bits
FROM who AS w
JOIN signals AS s ON s.handle_id = w.handle_id
WHERE s.known_at < w.as_of AND s.pos < w.now_pos
  AND (s.gone_at IS NULL OR s.gone_at >= w.as_of)
