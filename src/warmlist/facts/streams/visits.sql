-- says: things the customer did besides writing and ordering
-- column type: view, click, cart, form, event, feedback
-- column sku: the product it was about
-- column number: seconds of a view, score of a feedback
SELECT w.customer_id, w.as_of, e.event_id, e.pos, e.type, e.sku, e.number
FROM who AS w
JOIN events AS e ON e.handle_id = w.handle_id
WHERE e.type IN ('view', 'click', 'cart', 'form', 'event', 'feedback')
  AND e.known_at < w.as_of AND e.pos < w.now_pos
  AND (e.gone_at IS NULL OR e.gone_at >= w.as_of)
