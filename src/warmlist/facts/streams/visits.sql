-- says: things the customer did besides writing and ordering
-- column type: view, click, cart, form, event, feedback
-- column sku: the product it was about
-- column number: seconds of a view, score of a feedback
-- base: type IN ('view', 'click', 'cart', 'form', 'event', 'feedback')
SELECT asked, as_of, event_id, pos, type, sku, number
FROM log
WHERE {base}
