-- says: messages between the customer and the team
-- column direction: 'in' from the customer, 'out' from the team
-- column kind: text, audio, image, video, document, sticker, template, reaction, call, other
-- column purpose: of an outbound message: quote, promotion, content, service
-- column personal: outbound: written to this one customer, no broadcast
-- column key: what receipts name the message by
SELECT w.customer_id, w.as_of, e.event_id, e.pos, e.direction, e.kind, e.purpose, e.personal, e.key
FROM who AS w
JOIN events AS e ON e.handle_id = w.handle_id
WHERE e.type = 'message' AND e.known_at < w.as_of AND e.pos < w.now_pos
  AND (e.gone_at IS NULL OR e.gone_at >= w.as_of)
