-- says: messages between the customer and the team
-- column direction: 'in' from the customer, 'out' from the team
-- column kind: text, audio, image, video, document, sticker, template, reaction, call, other
-- column purpose: of an outbound message: quote, promotion, content, service
-- column personal: outbound: written to this one customer, no broadcast
-- column key: what receipts name the message by
-- base: type = 'message'
SELECT asked, as_of, event_id, pos, direction, kind, purpose, personal, key
FROM log
WHERE {base}
